package ondol.cli.verb;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import ondol.cli.command.Cli;
import ondol.cli.command.CliException;
import ondol.cli.command.Contexts;
import ondol.cli.command.Handover;
import ondol.cli.json.Json;
import ondol.image.tls.TlsFiles;
import ondol.linux.Exec;
import ondol.linux.KernelException;
import org.jspecify.annotations.Nullable;

/** {@code ondol compose} and {@code ondol buildx}: Docker's own plugins, which this process becomes, for this engine. */
final class Plugin extends Handover {
    /** Where Docker's command looks, after the user's own folder. */
    private static final List<String> FOLDERS = List.of(
            "/usr/local/lib/docker/cli-plugins",
            "/usr/local/libexec/docker/cli-plugins",
            "/usr/lib/docker/cli-plugins",
            "/usr/libexec/docker/cli-plugins");

    private final String name;

    Plugin(String name) {
        this.name = name;
    }

    @Override
    public String help() {
        return "Usage:  ondol " + name + " ...\n\nDocker's plugin docker-" + name + ", for this engine\n";
    }

    @Override
    public int hand(Cli cli, List<String> arguments) throws IOException {
        Path program = find();
        cli.connect().close(); // the plugin would not start the engine
        List<String> command = new ArrayList<>(List.of(program.toString(), name));
        command.addAll(arguments);
        cli.out().flush();
        cli.err().flush();
        try {
            Exec.become(program, command, environment(cli));
        } catch (KernelException e) {
            throw new CliException(126, "cannot run " + program + ": " + e.getMessage());
        }
        throw new IllegalStateException("execve came back");
    }

    private Path find() throws IOException {
        List<String> folders = new ArrayList<>();
        Path own = Contexts.configFolder();
        Path config = own.resolve("config.json");
        if (Files.exists(config)) {
            try {
                for (Object extra : Json.list(
                        Json.map(Json.parse(Files.readAllBytes(config))).get("cliPluginsExtraDirs")))
                    folders.add(String.valueOf(extra));
            } catch (IllegalArgumentException e) {
                throw new CliException(config + " cannot be read: " + e.getMessage());
            }
        }
        folders.add(own.resolve("cli-plugins").toString());
        folders.addAll(FOLDERS);
        for (String folder : folders) {
            Path program = Path.of(folder, "docker-" + name);
            if (Files.isExecutable(program)) return program;
        }
        throw new CliException("Docker's plugin docker-" + name + " is not installed (Debian: docker-" + name
                + "); it is looked for in " + String.join(", ", folders));
    }

    private static List<String> environment(Cli cli) {
        Map<String, String> all = new TreeMap<>(System.getenv());
        all.put("DOCKER_HOST", cli.place().endpoint().toString());
        all.remove("DOCKER_CONTEXT");
        all.remove("DOCKER_TLS_VERIFY");
        TlsFiles tls = cli.place().endpoint().tls();
        if (tls != null) {
            all.put("DOCKER_TLS_VERIFY", "1");
            String folder = folder(tls);
            if (folder != null) all.put("DOCKER_CERT_PATH", folder);
        }
        List<String> pairs = new ArrayList<>();
        all.forEach((variable, value) -> pairs.add(variable + "=" + value));
        return pairs;
    }

    /** Docker's tools take one folder with all three files. */
    private static @Nullable String folder(TlsFiles tls) {
        Path any = tls.authority() != null ? tls.authority() : tls.certificate();
        Path parent = any == null ? null : any.toAbsolutePath().getParent();
        return parent == null ? null : parent.toString();
    }
}
