package ondol.engine;

/**
 * How a user proves to a registry who it is. Empty texts stand for what is not there.
 *
 * @param identityToken what a token service gave in exchange for the password
 * @param registryToken a bearer token to be sent as it is
 * @param serverAddress the registry that it is for, as the user wrote it
 */
public record RegistryAuth(
        String username, String password, String identityToken, String registryToken, String serverAddress) {
    /** Nobody. */
    public static final RegistryAuth NONE = new RegistryAuth("", "", "", "", "");

    @Override
    public String toString() {
        return "RegistryAuth[" + username + " at " + serverAddress + "]";
    }
}
