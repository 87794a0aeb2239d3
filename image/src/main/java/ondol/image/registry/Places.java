package ondol.image.registry;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Where a registry answers: its mirrors, and itself by https or, where that is allowed, by http. */
final class Places {
    private static final String HUB = "docker.io";

    private final RegistryOptions options;
    private final Map<String, URI> known = new ConcurrentHashMap<>();

    Places(RegistryOptions options) {
        this.options = options;
    }

    /** All places in the order in which they are asked. */
    List<URI> of(String domain, Session session) throws IOException {
        List<URI> all = new ArrayList<>(options.mirrorsOf(domain));
        all.add(own(domain, session));
        return all;
    }

    /** The registry itself. A server that is only looked for by https first is found by http next time. */
    URI own(String domain, Session session) throws IOException {
        String authority = domain.equals(HUB) ? "registry-1.docker.io" : domain;
        URI https = URI.create("https://" + authority);
        if (!options.isInsecure(authority)) {
            return https;
        }
        URI found = known.get(authority);
        if (found != null) {
            return found;
        }
        URI http = URI.create("http://" + authority);
        URI answered = https;
        try {
            ping(https, session);
        } catch (InterruptedIOException e) {
            throw e;
        } catch (IOException e) {
            ping(http, session);
            answered = http;
        }
        known.put(authority, answered);
        return answered;
    }

    /** Next time it is looked for again. */
    void forget(String domain) {
        known.remove(domain);
    }

    private static void ping(URI base, Session session) throws IOException {
        HttpResponse<InputStream> response = session.send(
                new Session.Call("GET", URI.create(base + "/v2/"), List.of(), null, List.of(), false), false);
        response.body().close();
    }
}
