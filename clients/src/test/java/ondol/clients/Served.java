package ondol.clients;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.zerodep.ZerodepDockerHttpClient;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.List;
import java.util.function.BooleanSupplier;
import ondol.docker.DockerServer;
import ondol.engine.Engine;
import ondol.engine.EngineOptions;
import ondol.engine.Engines;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An engine of the class's own where {@code DOCKER_HOST} points, with the image {@code busybox:1}; nothing is left. */
@Timeout(90)
abstract class Served {
    static final String IMAGE = "busybox:1";

    @TempDir
    static Path folder;

    /** Where the engine is served too. */
    static String tcp = "";

    private static @Nullable Engine engine;
    private static @Nullable DockerServer server;

    static Engine engine() {
        if (engine == null) {
            throw new IllegalStateException("no engine is open");
        }
        return engine;
    }

    @BeforeAll
    static void open() throws IOException, InterruptedException {
        String host = System.getenv().getOrDefault("DOCKER_HOST", "");
        Assumptions.assumeTrue(host.contains("ondol-clients"), "DOCKER_HOST names no socket for these tests");
        Assumptions.assumeTrue("root".equals(System.getProperty("user.name")), "a real engine needs root");
        Path busybox = Path.of("/usr/bin/busybox");
        Assumptions.assumeTrue(Files.isExecutable(busybox), "there is no " + busybox);
        Engine opened = Engines.open(EngineOptions.at(folder.resolve("engine")));
        engine = opened;
        opened.images().importFolder(root(busybox), IMAGE);
        try (ServerSocket free = new ServerSocket(0)) {
            tcp = "tcp://127.0.0.1:" + free.getLocalPort();
        }
        server = DockerServer.start(opened, List.of(host, tcp));
    }

    private static Path root(Path busybox) throws IOException, InterruptedException {
        Path root = folder.resolve("root");
        for (String made : List.of("bin", "etc", "tmp", "www")) {
            Files.createDirectories(root.resolve(made));
        }
        Files.copy(busybox, root.resolve("bin/busybox"), StandardCopyOption.COPY_ATTRIBUTES);
        Process list = new ProcessBuilder(busybox.toString(), "--list").start();
        for (String name : new String(list.getInputStream().readAllBytes(), StandardCharsets.UTF_8).split("\n")) {
            if (!name.equals("busybox")) {
                Files.createSymbolicLink(root.resolve("bin").resolve(name), Path.of("busybox"));
            }
        }
        list.waitFor();
        Files.writeString(root.resolve("etc/passwd"), "root:x:0:0:root:/root:/bin/sh\n");
        Files.writeString(root.resolve("www/index.html"), "a warm floor\n");
        return root;
    }

    /** docker-java, as its users make it. */
    static DockerClient client() {
        return client(System.getenv("DOCKER_HOST"));
    }

    static DockerClient client(String host) {
        var config = DefaultDockerClientConfig.createDefaultConfigBuilder()
                .withDockerHost(host)
                .build();
        return DockerClientImpl.getInstance(
                config,
                new ZerodepDockerHttpClient.Builder()
                        .dockerHost(config.getDockerHost())
                        .build());
    }

    /** Waits until something is so; false where it is not after so many seconds. */
    static boolean within(int seconds, BooleanSupplier condition) throws InterruptedException {
        Instant end = Instant.now().plusSeconds(seconds);
        while (!condition.getAsBoolean()) {
            if (Instant.now().isAfter(end)) {
                return false;
            }
            Thread.sleep(20);
        }
        return true;
    }

    @AfterAll
    static void close() {
        if (server != null) {
            server.close();
            server = null;
        }
        Engine opened = engine;
        if (opened != null) {
            opened.containers().list().forEach(one -> opened.containers().remove(one.id(), true, true));
            opened.networks().list().stream()
                    .filter(one -> !List.of("bridge", "host", "none").contains(one.name()))
                    .forEach(one -> opened.networks().remove(one.id()));
            opened.close();
            engine = null;
        }
    }
}
