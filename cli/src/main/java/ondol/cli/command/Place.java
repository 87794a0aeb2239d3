package ondol.cli.command;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import ondol.cli.http.Endpoint;
import ondol.image.tls.TlsFiles;
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

    /**
     * The engine that flags, environment and contexts name, in this order: {@code --host}, {@code --context}, {@code
     * --root}, {@code ONDOL_HOST}, {@code ONDOL_CONTEXT}, {@code ONDOL_ROOT}, the current context, this machine's own.
     */
    public static Place of(Flags globals) throws IOException {
        String host = globals.get("host");
        String context = globals.get("context");
        String root = globals.get("root");
        if (host != null && context != null)
            throw new CliException("conflicting options: either specify --host or --context, not both");
        if (host == null && context == null && root == null) {
            host = variable("ONDOL_HOST");
            context = variable("ONDOL_CONTEXT");
            root = variable("ONDOL_ROOT");
            if (context == null && root == null) context = Contexts.open().current();
        }
        if (host != null) return named(host, globals);
        if (context != null && !context.equals(Contexts.DEFAULT))
            return new Place(Contexts.open().endpoint(context), null, null);
        return own(root == null ? variable("ONDOL_ROOT") : root);
    }

    private static Place named(String host, Flags globals) {
        try {
            return new Place(Endpoint.parse(host, host.startsWith("tcp://") ? tls(globals) : null), null, null);
        } catch (IllegalArgumentException e) {
            throw new CliException(String.valueOf(e.getMessage()));
        }
    }

    /** The files of TLS, where flags or Docker's variables ask for it. */
    private static @Nullable TlsFiles tls(Flags globals) {
        boolean asked = globals.is("tlsverify")
                || globals.is("tls")
                || globals.has("tlscacert")
                || globals.has("tlscert")
                || globals.has("tlskey")
                || variable("DOCKER_TLS_VERIFY") != null;
        if (!asked) return null;
        String named = variable("DOCKER_CERT_PATH");
        Path folder = named == null ? Contexts.configFolder() : Path.of(named);
        return new TlsFiles(
                file(globals, "tlscacert", folder.resolve("ca.pem")),
                file(globals, "tlscert", folder.resolve("cert.pem")),
                file(globals, "tlskey", folder.resolve("key.pem")),
                true);
    }

    private static @Nullable Path file(Flags globals, String flag, Path usual) {
        String named = globals.get(flag);
        return named != null ? Path.of(named) : Files.exists(usual) ? usual : null;
    }

    private static Place own(@Nullable String root) {
        if (root == null)
            return new Place(Endpoint.parse("unix://" + EXEC_ROOT + "/docker.sock"), DATA_ROOT, EXEC_ROOT);
        String directory = Path.of(root).toAbsolutePath().normalize().toString();
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
