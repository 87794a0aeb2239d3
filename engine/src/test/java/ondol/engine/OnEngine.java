package ondol.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import ondol.engine.Containers.WaitCondition;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A test class with an engine of its own, of which nothing is left when the class ends. */
@Timeout(120)
abstract class OnEngine {
    @TempDir
    static Path folder;

    static TestMachine machine;
    static Engine engine;
    private static boolean open;

    /** What a command left: its exit code and what it wrote. */
    record Ran(int code, String out, String err) {}

    @BeforeAll
    static void open() {
        machine = TestMachine.check(folder);
        engine = Engines.open(EngineOptions.at(folder));
        open = true;
        engine.images().importFolder(machine.busyboxRoot(), "busybox");
    }

    @AfterAll
    static void close() {
        if (!open) {
            return; // skipped
        }
        open = false;
        engine.containers().list().forEach(c -> engine.containers().remove(c.id(), true, true));
        engine.close();
        machine.assertNothingLeft();
    }

    static Containers containers() {
        return engine.containers();
    }

    /** The text of a file of the container's group, by its name on v1 or on v2. */
    static String group(String id, String v1, String v2) {
        String name = engine.info().cgroupVersion() == 2 ? v2 : v1;
        Path own = Path.of("ondol-" + engine.info().id().substring(0, 8), id, name);
        Path base = Path.of("/sys/fs/cgroup");
        try (var hierarchies = Files.newDirectoryStream(base, Files::isDirectory)) {
            if (Files.exists(base.resolve(own))) {
                return Files.readString(base.resolve(own)).strip();
            }
            for (Path hierarchy : hierarchies) {
                if (Files.exists(hierarchy.resolve(own))) {
                    return Files.readString(hierarchy.resolve(own)).strip();
                }
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        throw new AssertionError("no " + name);
    }

    static ContainerConfigBuilder busybox(String... command) {
        return ContainerConfigBuilder.builder().image("busybox").cmd(List.of(command));
    }

    static ContainerConfigBuilder shell(String script) {
        return busybox("sh", "-c", script);
    }

    static HostConfigBuilder host() {
        return HostConfigBuilder.builder();
    }

    static String create(ContainerConfigBuilder config, HostConfigBuilder host) {
        return containers().create(null, config.build(), host.build()).id();
    }

    /** A container that runs; the caller removes it, or the end of the class does. */
    static String started(ContainerConfigBuilder config, HostConfigBuilder host) {
        String id = create(config, host);
        containers().start(id);
        return id;
    }

    static String started(String script) {
        return started(shell(script), host());
    }

    /** Runs a container to its end and removes it. */
    static Ran run(ContainerConfigBuilder config, HostConfigBuilder host) {
        String id = create(config, host);
        try (Attachment attachment = containers().attach(id, AttachOptions.ALL)) {
            containers().start(id);
            return ended(attachment, id);
        } finally {
            containers().remove(id, true, true);
        }
    }

    static Ran run(String script) {
        return run(shell(script), host());
    }

    /** What a script prints, which ends well. */
    static String out(String script) {
        return out(UnaryOperator.identity(), UnaryOperator.identity(), script);
    }

    static String out(UnaryOperator<HostConfigBuilder> host, String script) {
        return out(UnaryOperator.identity(), host, script);
    }

    static String out(
            UnaryOperator<ContainerConfigBuilder> config, UnaryOperator<HostConfigBuilder> host, String script) {
        Ran ran = run(config.apply(shell(script)), host.apply(host()));
        assertEquals(0, ran.code(), ran.toString());
        return ran.out().strip();
    }

    static Ran ended(Attachment attachment, String id) {
        Streams streams = Streams.read(attachment.output());
        return new Ran(exit(id), streams.out(), streams.err());
    }

    /** The exit code of a container that ends soon. */
    static int exit(String id) {
        try {
            return containers().await(id, WaitCondition.NOT_RUNNING).get(60, TimeUnit.SECONDS);
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            throw new AssertionError("container " + id + " does not end", e);
        }
    }

    /** Runs a command in a running container. */
    static Ran exec(String id, String... command) {
        return exec(id, ExecConfigBuilder.builder().cmd(List.of(command)), new byte[0]);
    }

    /** A connection to an exec, which begins. */
    static Attachment attached(String exec, AttachOptions options, @Nullable List<Integer> size) {
        return Objects.requireNonNull(engine.execs().start(exec, options, size));
    }

    static Ran exec(String id, ExecConfigBuilder config, byte[] input) {
        String exec = engine.execs().create(id, config.build());
        boolean stdin = input.length > 0;
        try (Attachment attachment = attached(exec, new AttachOptions(stdin, true, true, false, true), null)) {
            if (stdin) {
                Thread.ofPlatform().daemon().start(() -> {
                    attachment.write(input, 0, input.length);
                    attachment.closeStdin();
                });
            }
            Streams streams = Streams.read(attachment.output());
            int code = engine.execs().await(exec).get(60, TimeUnit.SECONDS);
            return new Ran(code, streams.out(), streams.err());
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            throw new AssertionError(e);
        }
    }

    static String logs(String id) {
        return Streams.read(containers().logs(id, new LogOptions(true, true, null, null, -1, false)))
                .both();
    }

    static ContainerDetails.State state(String id) {
        return containers().inspect(id).state();
    }

    static void eventually(String what, BooleanSupplier condition) {
        eventually(() -> what, condition);
    }

    static void eventually(Supplier<String> what, BooleanSupplier condition) {
        long until = System.nanoTime() + Duration.ofSeconds(machine.patience()).toNanos();
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < until, () -> "never: " + what.get());
            pause(10);
        }
    }

    static void pause(int milliseconds) {
        try {
            Thread.sleep(milliseconds);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** The kind and the sentence of what an action throws. */
    static EngineException refused(Runnable action) {
        return assertThrows(EngineException.class, action::run);
    }

    /** What came on two streams. */
    record Streams(ByteArrayOutputStream stdout, ByteArrayOutputStream stderr, ByteArrayOutputStream all) {
        static Streams read(OutputReader reader) {
            Streams streams =
                    new Streams(new ByteArrayOutputStream(), new ByteArrayOutputStream(), new ByteArrayOutputStream());
            try (reader) {
                for (@Nullable Output next = reader.next(); next != null; next = reader.next()) {
                    (next.error() ? streams.stderr : streams.stdout).writeBytes(next.bytes());
                    streams.all.writeBytes(next.bytes());
                }
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            return streams;
        }

        String out() {
            return stdout.toString(UTF_8);
        }

        String err() {
            return stderr.toString(UTF_8);
        }

        String both() {
            return all.toString(UTF_8);
        }
    }
}
