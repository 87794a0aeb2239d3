package ondol.docker;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import ondol.engine.EngineException;
import org.jspecify.annotations.Nullable;

/**
 * Finds the endpoint of a method and path. A pattern is a path whose parts may be {@code {name}}, one part, or {@code
 * {name*}}, one or more of them (an image's name has slashes). Of several that fit, the one added first is taken.
 */
final class Router {
    /** What answers a request. */
    @FunctionalInterface
    interface Endpoint {
        void answer(Call call) throws Exception;
    }

    /** A route that fits, the parts of the path by their names, and the version asked for. */
    record Match(Endpoint endpoint, ApiVersion version, Map<String, String> path) {}

    private record Route(String method, String[] parts, Endpoint endpoint) {}

    private final Map<String, List<Route>> byFirstPart = new HashMap<>();

    Router add(String method, String pattern, Endpoint endpoint) {
        String[] parts = pattern.substring(1).split("/");
        byFirstPart.computeIfAbsent(parts[0], _ -> new ArrayList<>()).add(new Route(method, parts, endpoint));
        return this;
    }

    Router get(String pattern, Endpoint endpoint) {
        return add("GET", pattern, endpoint);
    }

    Router head(String pattern, Endpoint endpoint) {
        return add("HEAD", pattern, endpoint);
    }

    Router post(String pattern, Endpoint endpoint) {
        return add("POST", pattern, endpoint);
    }

    Router put(String pattern, Endpoint endpoint) {
        return add("PUT", pattern, endpoint);
    }

    Router delete(String pattern, Endpoint endpoint) {
        return add("DELETE", pattern, endpoint);
    }

    /**
     * The endpoint for a path as it stands in the request line.
     *
     * @return null where there is none
     * @throws EngineException {@code INVALID} for a version that is not spoken here
     */
    @Nullable
    Match find(String method, String rawPath) {
        String[] parts = rawPath.startsWith("/") ? rawPath.substring(1).split("/") : new String[] {""};
        int from = 0;
        ApiVersion version = ApiVersion.NEWEST;
        if (parts.length > 0 && ApiVersion.looksLike(parts[0])) {
            version = ApiVersion.parse(parts[0]);
            from = 1;
        }
        if (parts.length <= from) {
            return null;
        }
        for (Route route : byFirstPart.getOrDefault(parts[from], List.of())) {
            Map<String, String> path = route.method.equals(method) ? match(route.parts, parts, from) : null;
            if (path != null) {
                return new Match(route.endpoint, version, path);
            }
        }
        return null;
    }

    private static @Nullable Map<String, String> match(String[] pattern, String[] parts, int from) {
        // A {name*} takes what the parts after it leave over.
        int extra = parts.length - from - pattern.length;
        if (extra < 0) {
            return null;
        }
        Map<String, String> found = new HashMap<>();
        int at = from;
        for (String part : pattern) {
            int end = at + 1;
            if (part.endsWith("*}")) {
                end += extra;
                extra = 0;
                found.put(part.substring(1, part.length() - 2), decode(parts, at, end));
            } else if (part.startsWith("{")) {
                found.put(part.substring(1, part.length() - 1), decode(parts, at, end));
            } else if (!part.equals(parts[at])) {
                return null;
            }
            at = end;
        }
        return at == parts.length ? found : null;
    }

    private static String decode(String[] parts, int from, int to) {
        String raw = String.join("/", List.of(parts).subList(from, to));
        if (raw.indexOf('%') < 0) {
            return raw;
        }
        try {
            // A plus is a plus in a path, unlike in a form.
            return URLDecoder.decode(raw.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new EngineException(EngineException.Kind.INVALID, "the path of the URL cannot be read: " + raw, e);
        }
    }
}
