package ondol.cli.command;

import ondol.cli.http.Endpoint;
import org.jspecify.annotations.Nullable;

/**
 * Which engine is meant: the one at a named host, or this machine's own, whose socket follows from its root directory.
 *
 * @param endpoint where it listens
 * @param dataRoot where it keeps what lasts; null when a host was named
 * @param execRoot where it keeps what ends with the machine; null when a host was named
 */
public record Place(
        Endpoint endpoint,
        @Nullable String dataRoot,
        @Nullable String execRoot) {
    private static final String DATA_ROOT = "/var/lib/ondol";
    private static final String EXEC_ROOT = "/run/ondol";

    /** The engine that flags and environment name; {@code host} goes before {@code root}. */
    public static Place of(@Nullable String hostFlag, @Nullable String rootFlag) {
        String host = hostFlag == null ? variable("ONDOL_HOST") : hostFlag;
        String root = rootFlag == null ? variable("ONDOL_ROOT") : rootFlag;
        if (host != null && (hostFlag != null || rootFlag == null)) {
            try {
                return new Place(Endpoint.parse(host), null, null);
            } catch (IllegalArgumentException e) {
                throw new CliException(String.valueOf(e.getMessage()));
            }
        }
        if (root == null)
            return new Place(Endpoint.parse("unix://" + EXEC_ROOT + "/docker.sock"), DATA_ROOT, EXEC_ROOT);
        String directory =
                java.nio.file.Path.of(root).toAbsolutePath().normalize().toString();
        return new Place(Endpoint.parse("unix://" + directory + "/run/docker.sock"), directory, directory + "/run");
    }

    private static @Nullable String variable(String name) {
        String value = System.getenv(name);
        return value == null || value.isEmpty() ? null : value;
    }

    /** Whether the command may start this engine when it does not answer. */
    boolean mayStart() {
        return dataRoot != null;
    }

    /** The directory of what lasts, or another where a host was named. */
    public String rootOr(String otherwise) {
        return dataRoot == null ? otherwise : dataRoot;
    }

    /** The directory of what ends with the machine, or another where a host was named. */
    public String execOr(String otherwise) {
        return execRoot == null ? otherwise : execRoot;
    }
}
