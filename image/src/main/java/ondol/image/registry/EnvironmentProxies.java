package ondol.image.registry;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Proxies as the environment names them: {@code HTTPS_PROXY}, {@code HTTP_PROXY} and {@code NO_PROXY}, also in small letters. */
final class EnvironmentProxies extends ProxySelector {
    private final Map<String, String> environment;

    EnvironmentProxies(Map<String, String> environment) {
        this.environment = environment;
    }

    /** What the environment has for a name, in small letters first; empty for nothing. */
    String variable(String name) {
        String small = environment.get(name.toLowerCase(Locale.ROOT));
        return small != null && !small.isEmpty() ? small : environment.getOrDefault(name, "");
    }

    @Override
    public List<Proxy> select(URI uri) {
        String text = variable("https".equals(uri.getScheme()) ? "HTTPS_PROXY" : "HTTP_PROXY");
        String host = uri.getHost();
        if (text.isEmpty() || host == null || isExcepted(host, uri.getPort())) {
            return List.of(Proxy.NO_PROXY);
        }
        URI proxy = URI.create(text.contains("://") ? text : "http://" + text);
        if (proxy.getHost() == null) {
            return List.of(Proxy.NO_PROXY);
        }
        int port = proxy.getPort() < 0 ? 80 : proxy.getPort();
        return List.of(new Proxy(Proxy.Type.HTTP, InetSocketAddress.createUnresolved(proxy.getHost(), port)));
    }

    private boolean isExcepted(String host, int port) {
        if (Addresses.isLoopback(RegistryOptions.host(host))) {
            return true;
        }
        for (String word : variable("NO_PROXY").split(",", -1)) {
            String rule = word.strip().toLowerCase(Locale.ROOT);
            if (rule.equals("*")
                    || (!rule.isEmpty()
                            && (host.equals(rule)
                                    || (host + ":" + port).equals(rule)
                                    || host.endsWith(rule.startsWith(".") ? rule : "." + rule)
                                    || Addresses.inRange(host, rule)))) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void connectFailed(URI uri, SocketAddress address, IOException e) {}
}
