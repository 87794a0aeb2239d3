package ondol.cli.command;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Starts this machine's engine in the background and waits until it answers. */
public final class EngineStart {
    /** Set in the environment of an engine that a command starts for itself. */
    public static final String BY_COMMAND = "ONDOL_STARTED_BY_COMMAND";

    private static final long PATIENCE_NANOS = 20_000_000_000L;
    private static final int LOG_LINES = 10;
    private static final int LOG_BYTES = 64 * 1024;

    private final Place place;

    EngineStart(Place place) {
        this.place = place;
    }

    /** Whether the engine answers now. Its end before that is an error with the last lines of its log. */
    boolean start(Cli cli) throws IOException {
        String dataRoot = required(place.dataRoot());
        String execRoot = required(place.execRoot());
        Path log;
        try {
            Files.createDirectories(Path.of(dataRoot));
            Files.createDirectories(Path.of(execRoot));
            log = Path.of(dataRoot, "engine.log");
            if (!Files.exists(log)) Files.createFile(log);
        } catch (IOException e) {
            throw new CliException("cannot start the engine: " + e.getMessage() + " cannot be made or written"
                    + " (run as root, or name another root directory with --root)");
        }
        long logged = Files.size(log);
        cli.warn("ondol: starting the engine (" + dataRoot + ")");
        List<String> command = launcher();
        command.addAll(List.of("daemon", "--data-root", dataRoot, "--exec-root", execRoot));
        command.addAll(List.of("-H", place.endpoint().toString()));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put(BY_COMMAND, "1");
        Process process = builder.redirectInput(new File("/dev/null"))
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .redirectErrorStream(true)
                .start();
        return await(process, log, logged);
    }

    private boolean await(Process process, Path log, long logged) throws IOException {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (System.nanoTime() < deadline) {
            if (answers()) return true;
            if (!process.isAlive()) {
                // Another command may have started one at the same moment; then ours gives way to it.
                if (answers()) return true;
                throw new CliException("the engine ended at once (status " + process.exitValue()
                        + "); its last words, from " + log + ":" + lastLines(log, logged));
            }
            try {
                Thread.sleep(10);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
        throw new CliException("the engine does not answer at " + place.endpoint() + " after 20 seconds; see " + log);
    }

    private boolean answers() {
        try {
            place.endpoint().connect().close();
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static String lastLines(Path log, long from) throws IOException {
        byte[] bytes;
        try (var in = Files.newInputStream(log)) {
            in.skipNBytes(Math.max(from, Files.size(log) - LOG_BYTES));
            bytes = in.readAllBytes();
        }
        String[] lines = new String(bytes, java.nio.charset.StandardCharsets.UTF_8)
                .strip()
                .split("\n", -1);
        StringBuilder out = new StringBuilder();
        for (int i = Math.max(0, lines.length - LOG_LINES); i < lines.length; i++)
            out.append("\n  ").append(lines[i]);
        return out.toString();
    }

    /** The script that starts {@code ondol}, or this very Java command line up to its main class. */
    private static List<String> launcher() {
        String launcher = System.getProperty("ONDOL_LAUNCHER");
        if (launcher == null) launcher = System.getenv("ONDOL_LAUNCHER");
        List<String> command = new ArrayList<>();
        if (launcher != null && !launcher.isEmpty()) {
            command.add(launcher);
            return command;
        }
        ProcessHandle.Info self = ProcessHandle.current().info();
        Optional<String> java = self.command();
        Optional<String[]> arguments = self.arguments();
        if (java.isEmpty() || arguments.isEmpty())
            throw new CliException("cannot tell how to start the engine; set ONDOL_LAUNCHER to the ondol script");
        command.add(java.get());
        for (String argument : arguments.get()) {
            command.add(argument);
            if (argument.equals("ondol.cli.Main")
                    || argument.equals("ondol.cli/ondol.cli.Main")
                    || argument.equals("ondol.cli")) return command;
        }
        throw new CliException("cannot tell how to start the engine; set ONDOL_LAUNCHER to the ondol script");
    }

    private static String required(@Nullable String value) {
        if (value == null) throw new IllegalStateException("no root is known for this engine");
        return value;
    }
}
