package ondol.image.registry;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Sends single requests: HTTP/1.1, one client per registry, because certificates and trust are per registry. */
final class Transport implements AutoCloseable {
    private static final Duration CONNECT = Duration.ofSeconds(20);
    private static final int REDIRECTS = 10;

    private final RegistryOptions options;
    final EnvironmentProxies proxies = new EnvironmentProxies(System.getenv());
    private final Map<String, HttpClient> clients = new ConcurrentHashMap<>();

    Transport(RegistryOptions options) {
        this.options = options;
    }

    /** A request before it is known what must be sent along to be let in. */
    interface Making {
        HttpRequest.Builder to(URI uri);
    }

    /**
     * Sends a request, and after a redirection to the place that it names. Credentials go to the first place only.
     *
     * @param authorization a header's value, or null
     * @param follow whether redirections are followed
     */
    HttpResponse<InputStream> send(URI first, Making making, @Nullable String authorization, boolean follow)
            throws IOException {
        URI uri = first;
        for (int hop = 0; ; hop++) {
            HttpRequest.Builder request = making.to(uri).uri(uri).setHeader("User-Agent", "ondol");
            if (authorization != null && sameOrigin(first, uri)) {
                request.setHeader("Authorization", authorization);
            }
            HttpResponse<InputStream> response = exchange(uri, request.build());
            String location = response.headers().firstValue("Location").orElse("");
            boolean redirected = switch (response.statusCode()) {
                case 301, 302, 303, 307, 308 -> follow && !location.isEmpty();
                default -> false;
            };
            if (!redirected) {
                return response;
            }
            response.body().close();
            if (hop == REDIRECTS) {
                throw new RefusedException("%s leads through more than %d redirections".formatted(first, REDIRECTS));
            }
            uri = target(uri, location);
        }
    }

    private static URI target(URI from, String location) throws RefusedException {
        URI to;
        try {
            to = from.resolve(URI.create(location));
        } catch (IllegalArgumentException e) {
            throw new RefusedException("%s redirects to what is no URL".formatted(from));
        }
        boolean web = "https".equals(to.getScheme()) || "http".equals(to.getScheme());
        if (!web || to.getHost() == null) {
            throw new RefusedException("%s redirects to %s: only http and https are followed"
                    .formatted(from, ondol.linux.Names.printable(location)));
        }
        if ("https".equals(from.getScheme()) && "http".equals(to.getScheme())) {
            throw new RefusedException("%s redirects to %s, which is not encrypted"
                    .formatted(from, ondol.linux.Names.printable(location)));
        }
        return to;
    }

    static boolean sameOrigin(URI one, URI other) {
        return String.valueOf(one.getScheme()).equals(other.getScheme())
                && String.valueOf(one.getAuthority()).equals(other.getAuthority());
    }

    private HttpResponse<InputStream> exchange(URI uri, HttpRequest request) throws IOException {
        try {
            return client(uri).send(request, HttpResponse.BodyHandlers.ofInputStream());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (IOException) new InterruptedIOException("interrupted").initCause(e);
        }
    }

    private HttpClient client(URI uri) {
        boolean tls = "https".equals(uri.getScheme());
        return clients.computeIfAbsent(tls ? uri.getAuthority() : "", authority -> {
            HttpClient.Builder builder = HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .followRedirects(HttpClient.Redirect.NEVER)
                    .connectTimeout(CONNECT)
                    .proxy(proxies);
            if (tls) {
                Path certificates = options.certificates();
                builder.sslContext(Tls.context(
                        certificates == null ? null : certificates.resolve(authority), options.isInsecure(authority)));
            }
            return builder.build();
        });
    }

    @Override
    public void close() {
        clients.values().forEach(HttpClient::shutdownNow);
    }
}
