package ondol.engine.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import ondol.engine.AttachOptions;
import ondol.engine.Attachment;
import ondol.engine.ContainerConfig;
import ondol.engine.ContainerConfigBuilder;
import ondol.engine.Containers.WaitCondition;
import ondol.engine.Engine;
import ondol.engine.EngineOptions;
import ondol.engine.Engines;
import ondol.engine.ExecConfig;
import ondol.engine.HostConfig;
import ondol.engine.Output;
import ondol.engine.OutputReader;
import ondol.linux.Call;
import ondol.linux.Kernel;

/** An engine with an image of busybox, for tests of isolation. */
final class Rooms implements AutoCloseable {
    private final Path folder;
    private final EngineOptions options;
    Engine engine;

    Rooms(Path folder) throws IOException {
        assumeTrue(Kernel.raw(Call.GETUID) == 0, "needs root");
        assumeTrue(Files.isExecutable(Path.of("/bin/busybox")), "needs /bin/busybox (package busybox-static)");
        this.folder = folder;
        options = EngineOptions.at(folder.resolve("engine"));
        engine = Engines.open(options);
        engine.images().importFolder(root(), "busybox");
    }

    private Path root() throws IOException {
        Path root = folder.resolve("root");
        Path bin = Files.createDirectories(root.resolve("bin"));
        Files.copy(Path.of("/bin/busybox"), bin.resolve("busybox"));
        for (String applet :
                "sh id cat ls touch true mount stty sleep tty ps kill stat chown dd rm mkdir hostname umount"
                        .split(" ")) {
            Files.createSymbolicLink(bin.resolve(applet), Path.of("busybox"));
        }
        Files.createDirectories(root.resolve("etc"));
        Files.writeString(root.resolve("etc/passwd"), "root:x:0:0:root:/root:/bin/sh\nme:x:1000:1000::/:/bin/sh\n");
        Files.createDirectories(root.resolve("home"));
        Files.createDirectories(root.resolve("data"));
        Kernel.call(
                Call.FCHOWNAT,
                "data",
                Kernel.AT_FDCWD,
                Kernel.text(
                                java.lang.foreign.Arena.global(),
                                root.resolve("data").toString())
                        .address(),
                1000,
                1000,
                0);
        return root;
    }

    /** Closes the engine and opens the next one on the same root. */
    void restart() {
        engine.close();
        engine = Engines.open(options);
    }

    Path dataRoot() {
        return options.dataRoot();
    }

    static ContainerConfigBuilder shell(String line) {
        return ContainerConfigBuilder.builder().image("busybox").cmd(List.of("sh", "-c", line));
    }

    String create(ContainerConfig config, HostConfig host) {
        return engine.containers().create(null, config, host).id();
    }

    String start(ContainerConfig config, HostConfig host) {
        String id = create(config, host);
        engine.containers().start(id);
        return id;
    }

    /** Runs a container to its end and leaves it there. */
    String run(String id) throws Exception {
        try (Attachment attachment = engine.containers().attach(id, AttachOptions.ALL)) {
            engine.containers().start(id);
            String text = read(attachment.output());
            int code = engine.containers().await(id, WaitCondition.NOT_RUNNING).get(30, TimeUnit.SECONDS);
            return text + "exit " + code;
        }
    }

    /** Runs a container to its end and removes it. */
    String run(ContainerConfig config, HostConfig host) throws Exception {
        String id = create(config, host);
        try {
            return run(id);
        } finally {
            remove(id);
        }
    }

    String exec(String id, boolean tty, String line) throws Exception {
        String exec = engine.execs()
                .create(
                        id,
                        new ExecConfig(
                                null, null, tty, false, true, true, null, null, List.of("sh", "-c", line), null, null));
        try (Attachment attachment =
                engine.execs().start(exec, new AttachOptions(false, true, true, false, true), null)) {
            String text = attachment == null ? "" : read(attachment.output());
            return text + "exit " + engine.execs().await(exec).get(30, TimeUnit.SECONDS);
        }
    }

    void remove(String id) {
        engine.containers().remove(id, true, true);
    }

    static String read(OutputReader reader) throws InterruptedException {
        StringBuilder text = new StringBuilder();
        for (Output piece = reader.next(); piece != null; piece = reader.next()) {
            text.append(new String(piece.bytes(), StandardCharsets.UTF_8));
        }
        return text.toString();
    }

    @Override
    public void close() throws IOException {
        engine.containers().list().forEach(container -> remove(container.id()));
        engine.close();
        assertThat(Files.readString(Path.of("/proc/self/mounts"))).doesNotContain(folder.toString());
    }
}
