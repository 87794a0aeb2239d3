package ondol.image.registry;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import ondol.image.ImageException;
import ondol.oci.image.ImageJson;
import org.jspecify.annotations.Nullable;

/**
 * What lets users in: Basic credentials, and bearer tokens from the service that a registry names, which are kept until
 * they expire (distribution specification; Docker's token authentication).
 */
final class Tokens {
    private static final int LONGEST = 1 << 20;
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final long SHORTEST_LIFE = 60;
    private static final int KEPT = 1000;

    private final Transport transport;
    private final Map<Key, Known> known = new ConcurrentHashMap<>();

    Tokens(Transport transport) {
        this.transport = transport;
    }

    private record Key(String scheme, String authority, List<String> scopes, Credentials credentials) {}

    private record Known(String header, Instant until) {}

    private static Key key(URI uri, List<String> scopes, Credentials credentials) {
        return new Key(String.valueOf(uri.getScheme()), String.valueOf(uri.getAuthority()), scopes, credentials);
    }

    /** The header that was right before; null where there is none. */
    @Nullable
    String known(URI uri, List<String> scopes, Credentials credentials) {
        if (!credentials.registryToken().isEmpty()) {
            return "Bearer " + credentials.registryToken();
        }
        Known found = known.get(key(uri, scopes, credentials));
        return found == null || found.until().isBefore(Instant.now()) ? null : found.header();
    }

    /**
     * The header that a challenge asks for.
     *
     * @return null where nothing is known that would help
     * @throws ImageException DENIED where the token service does not let the user in
     */
    @Nullable
    String obtain(URI uri, List<Challenge> challenges, List<String> scopes, Credentials credentials)
            throws IOException {
        Known obtained = null;
        for (Challenge challenge : challenges) {
            if (challenge.scheme().equals("bearer") && obtained == null) {
                obtained = bearer(uri, challenge, scopes, credentials);
            }
        }
        boolean basic = challenges.stream().anyMatch(c -> c.scheme().equals("basic"));
        if (obtained == null && basic) {
            if (credentials.username().isEmpty()) {
                throw new ImageException(
                        ImageException.Kind.DENIED, "Get \"%s\": no basic auth credentials".formatted(uri));
            }
            obtained = new Known(credentials.basic(), Instant.MAX);
        }
        if (obtained == null) {
            return null;
        }
        if (known.size() > KEPT) {
            known.clear();
        }
        known.put(key(uri, scopes, credentials), obtained);
        return obtained.header();
    }

    private Known bearer(URI uri, Challenge challenge, List<String> scopes, Credentials credentials)
            throws IOException {
        URI realm = realm(uri, challenge, credentials);
        StringBuilder query = new StringBuilder("service=").append(encode(challenge.parameter("service")));
        boolean refresh = !credentials.identityToken().isEmpty();
        if (refresh && !scopes.isEmpty()) {
            query.append("&scope=").append(encode(String.join(" ", scopes)));
        } else {
            scopes.forEach(scope -> query.append("&scope=").append(encode(scope)));
        }
        HttpResponse<InputStream> response;
        if (refresh) {
            String form = query.append("&grant_type=refresh_token&client_id=ondol&refresh_token=")
                    .append(encode(credentials.identityToken()))
                    .toString();
            response = transport.send(
                    realm,
                    to -> HttpRequest.newBuilder(to)
                            .timeout(TIMEOUT)
                            .setHeader("Content-Type", "application/x-www-form-urlencoded")
                            .POST(HttpRequest.BodyPublishers.ofString(form)),
                    null,
                    false);
        } else {
            boolean user = !credentials.username().isEmpty();
            if (user) {
                query.append("&account=").append(encode(credentials.username()));
            }
            URI full = URI.create(realm + (realm.getRawQuery() == null ? "?" : "&") + query);
            response = transport.send(
                    full,
                    to -> HttpRequest.newBuilder(to).timeout(TIMEOUT).GET(),
                    user ? credentials.basic() : null,
                    true);
        }
        return token(realm, response);
    }

    private static URI realm(URI registry, Challenge challenge, Credentials credentials) throws RefusedException {
        URI realm;
        try {
            realm = registry.resolve(URI.create(challenge.parameter("realm")));
        } catch (IllegalArgumentException e) {
            throw new RefusedException("%s names no token service".formatted(registry.getAuthority()));
        }
        boolean web = "https".equals(realm.getScheme()) || "http".equals(realm.getScheme());
        if (!web || realm.getHost() == null || challenge.parameter("realm").isEmpty()) {
            throw new RefusedException("%s names no token service".formatted(registry.getAuthority()));
        }
        if (credentials.given() && "https".equals(registry.getScheme()) && "http".equals(realm.getScheme())) {
            throw new RefusedException("%s wants the password sent to %s, which is not encrypted"
                    .formatted(registry.getAuthority(), realm));
        }
        return realm;
    }

    private static Known token(URI realm, HttpResponse<InputStream> response) throws IOException {
        int status = response.statusCode();
        if (Session.isBusy(status)) {
            response.body().close();
            throw new IOException("the token service %s answered with status %d".formatted(realm, status));
        }
        if (status != 200) {
            Refusal refusal = Refusal.of(response);
            throw new ImageException(
                    ImageException.Kind.DENIED,
                    status == 401 || status == 403
                            ? "unauthorized: incorrect username or password (%s: %s)".formatted(realm, refusal.words())
                            : "the token service %s refused: %s".formatted(realm, refusal.words()));
        }
        Object json;
        try (InputStream body = response.body()) {
            json = ImageJson.read(body.readNBytes(LONGEST), Object.class, "the token");
        } catch (IllegalArgumentException e) {
            throw new RefusedException("the token service %s sent no token: %s".formatted(realm, e.getMessage()));
        }
        String token = Json.text(json, "token");
        if (token.isEmpty()) {
            token = Json.text(json, "access_token");
        }
        if (token.isEmpty() || !token.chars().allMatch(c -> c > 0x20 && c < 0x7f)) {
            throw new RefusedException("the token service %s sent no token".formatted(realm));
        }
        long life = Math.max(SHORTEST_LIFE, Json.number(json, "expires_in", SHORTEST_LIFE));
        // a little less, so that it does not expire on the way
        return new Known("Bearer " + token, Instant.now().plusSeconds(Math.min(life, 86_400) - 10));
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
