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

    /** The registry itself; by what it answers is found out once. */
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
        URI answered = hasPort(authority) ? plainFirst(http, https, session) : https(https, http, session);
        known.put(authority, answered);
        return answered;
    }

    private static URI https(URI https, URI http, Session session) throws IOException {
        try {
            ping(https, session);
            return https;
        } catch (InterruptedIOException e) {
            throw e;
        } catch (IOException e) {
            ping(http, session);
            return http;
        }
    }

    /**
     * One port speaks one of both, so that it does not matter which is tried first: http, because TLS takes a fresh engine
     * most of a second. Nothing is said but that somebody asks.
     */
    private static URI plainFirst(URI http, URI https, Session session) throws IOException {
        try {
            int status = ping(http, session);
            if (status == 200 || status == 401) {
                return http;
            }
        } catch (InterruptedIOException e) {
            throw e;
        } catch (IOException e) {
            // both are asked below, and what is wrong is said there
        }
        return https(https, http, session);
    }

    private static boolean hasPort(String authority) {
        return authority.lastIndexOf(':') > authority.lastIndexOf(']');
    }

    /** Next time it is looked for again. */
    void forget(String domain) {
        known.remove(domain);
    }

    /** What is answered there; a redirection to elsewhere counts as no answer. */
    private static int ping(URI base, Session session) throws IOException {
        HttpResponse<InputStream> response = session.send(
                new Session.Call("GET", URI.create(base + "/v2/"), List.of(), null, List.of(), false), false);
        response.body().close();
        return Transport.sameOrigin(base, response.uri()) ? response.statusCode() : 0;
    }
}
