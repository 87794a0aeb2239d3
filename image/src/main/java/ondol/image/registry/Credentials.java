package ondol.image.registry;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * How a user proves who it is. Empty texts stand for what is not there.
 *
 * @param identityToken what a token service gave in exchange for the password (OAuth 2's refresh token)
 * @param registryToken a bearer token to be sent as it is
 */
public record Credentials(String username, String password, String identityToken, String registryToken) {
    /** Nobody. */
    public static final Credentials NONE = new Credentials("", "", "", "");

    boolean given() {
        return !username.isEmpty() || !identityToken.isEmpty();
    }

    /** The value of an {@code Authorization} header (RFC 7617). */
    String basic() {
        return "Basic "
                + Base64.getEncoder().encodeToString((username + ":" + password).getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public String toString() {
        return "Credentials[" + username + "]";
    }
}
