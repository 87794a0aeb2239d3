package ondol.docker;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import ondol.engine.AttachOptions;
import ondol.engine.Attachment;
import ondol.engine.ContainerConfig;
import ondol.engine.ContainerDetails;
import ondol.engine.ContainerDetails.Status;
import ondol.engine.Containers;
import ondol.engine.Engine;
import ondol.engine.EngineException;
import ondol.engine.EngineException.Kind;
import ondol.engine.EngineInfo;
import ondol.engine.Events;
import ondol.engine.ExecConfig;
import ondol.engine.Execs;
import ondol.engine.HostConfig;
import ondol.engine.Images;
import ondol.engine.LogOptions;
import ondol.engine.OutputReader;
import ondol.engine.Volumes;
import org.jspecify.annotations.Nullable;

/**
 * An engine whose containers are plain processes of this machine, with pipes: enough to drive the wire from end to end.
 * It knows one image, {@code host}.
 */
final class ProcessEngine implements Engine, Containers, Events {
    private final Map<String, Box> boxes = new ConcurrentHashMap<>();
    private final Map<String, Exec> execs = new ConcurrentHashMap<>();
    private final List<Consumer<Event>> listeners = new CopyOnWriteArrayList<>();
    private final List<Event> recent = new CopyOnWriteArrayList<>();
    private final Volumes volumes = new NamedVolumes();
    private final Random random = new Random();

    /** A container. */
    /** The name of a container that is in lists, and has gone when it is asked for its size. */
    static final String GOING = "going";

    private static final class Box {
        final String id;
        String name;
        final ContainerConfig config;
        final HostConfig host;
        final Instant created = Instant.now();
        final CompletableFuture<Integer> removed = new CompletableFuture<>();
        final Map<String, byte[]> files = new ConcurrentHashMap<>();
        Running running = new Running();
        Status status = Status.CREATED;
        int exitCode;

        @Nullable
        Instant startedAt;

        @Nullable
        Instant finishedAt;

        Box(String id, String name, ContainerConfig config, HostConfig host) {
            this.id = id;
            this.name = name;
            this.config = config;
            this.host = host;
        }

        List<String> command() {
            List<String> command = new ArrayList<>();
            command.addAll(config.entrypoint() == null ? List.of() : config.entrypoint());
            command.addAll(config.cmd() == null ? List.of() : config.cmd());
            return command;
        }
    }

    private record Exec(String id, String container, ExecConfig config, Running running) {}

    private String newId() {
        byte[] bytes = new byte[32];
        random.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    private Box box(String nameOrId) {
        return boxes.values().stream()
                .filter(box -> box.name.equals(nameOrId) || box.id.startsWith(nameOrId))
                .findFirst()
                .orElseThrow(() -> EngineException.notFound("No such container: " + nameOrId));
    }

    private void say(Box box, String action) {
        Event event = new Event(Instant.now(), "container", action, box.id, Map.of("name", box.name, "image", "host"));
        recent.add(event);
        listeners.forEach(listener -> listener.accept(event));
    }

    private static <T> T never() {
        throw new EngineException(Kind.UNSUPPORTED, "the test's engine cannot do this");
    }

    // Containers

    @Override
    public Created create(
            @Nullable String name,
            ContainerConfig config,
            HostConfig host,
            java.util.Map<String, ondol.engine.EndpointSettings> endpoints) {
        if (!"host".equals(config.image())) {
            throw EngineException.notFound("No such image: " + config.image());
        }
        String id = newId();
        if (name != null && boxes.values().stream().anyMatch(box -> box.name.equals(name))) {
            throw EngineException.conflict("Conflict. The container name \"/" + name + "\" is already in use");
        }
        Box box = new Box(id, name == null ? "test_" + id.substring(0, 8) : name, config, host);
        boxes.put(id, box);
        say(box, "create");
        return new Created(id, List.of());
    }

    @Override
    public void start(String container) {
        Box box = box(container);
        if (box.status == Status.RUNNING) {
            throw new EngineException(Kind.NOT_MODIFIED, "it runs");
        }
        if (box.status == Status.EXITED) {
            box.running = new Running();
        }
        Running running = box.running;
        try {
            running.start(box.command(), Boolean.TRUE.equals(box.config.openStdin()));
        } catch (EngineException e) {
            box.status = Status.EXITED;
            box.exitCode = e.kind() == Kind.COMMAND_NOT_FOUND ? 127 : 126;
            autoRemove(box);
            throw e;
        }
        box.status = Status.RUNNING;
        box.startedAt = Instant.now();
        say(box, "start");
        running.ended.thenAccept(code -> {
            box.status = Status.EXITED;
            box.exitCode = code;
            box.finishedAt = Instant.now();
            say(box, "die");
            autoRemove(box);
        });
    }

    private void autoRemove(Box box) {
        if (Boolean.TRUE.equals(box.host.autoRemove())) {
            destroy(box);
        }
    }

    private void destroy(Box box) {
        boxes.remove(box.id);
        say(box, "destroy");
        box.removed.complete(box.exitCode);
    }

    @Override
    public void stop(String container, @Nullable String signal, @Nullable Duration patience) {
        Box box = box(container);
        if (box.status != Status.RUNNING) {
            throw new EngineException(Kind.NOT_MODIFIED, "it does not run");
        }
        Process process = box.running.started.join();
        process.destroy();
        try {
            box.running
                    .ended
                    .orTimeout(patience == null ? 10 : patience.toSeconds(), TimeUnit.SECONDS)
                    .join();
        } catch (RuntimeException e) {
            process.destroyForcibly();
        }
    }

    @Override
    public void restart(String container, @Nullable String signal, @Nullable Duration patience) {
        stop(container, signal, patience);
        start(container);
    }

    @Override
    public void kill(String container, @Nullable String signal) {
        Box box = box(container);
        if (box.status != Status.RUNNING) {
            throw EngineException.conflict("container " + container + " is not running");
        }
        box.running.started.join().destroyForcibly();
        box.running.ended.join();
    }

    @Override
    public void pause(String container) {
        never();
    }

    @Override
    public void unpause(String container) {
        never();
    }

    @Override
    public void rename(String container, String name) {
        box(container).name = name;
    }

    @Override
    public List<String> update(String container, HostConfig changes) {
        box(container);
        return List.of("seen: " + changes.memory());
    }

    @Override
    public void remove(String container, boolean force, boolean volumes) {
        Box box = box(container);
        if (box.status == Status.RUNNING) {
            if (!force) {
                throw EngineException.conflict("cannot remove container " + container + ": container is running");
            }
            kill(container, null);
        }
        if (boxes.containsKey(box.id)) {
            destroy(box);
        }
    }

    @Override
    public ContainerDetails inspect(String container) {
        Box box = box(container);
        List<String> command = box.command();
        long pid = box.status == Status.RUNNING ? box.running.started.join().pid() : 0;
        return new ContainerDetails(
                box.id,
                box.name,
                box.created,
                "sha256:" + "0".repeat(64),
                "host",
                command.getFirst(),
                command.subList(1, command.size()),
                box.config,
                box.host,
                new ContainerDetails.State(
                        box.status, false, (int) pid, box.exitCode, "", box.startedAt, box.finishedAt, null, 0),
                0,
                List.of(),
                List.of(),
                "",
                "",
                "",
                "",
                java.util.Map.of(),
                java.util.Map.of());
    }

    @Override
    public List<ContainerDetails> list() {
        return boxes.values().stream().map(box -> inspect(box.id)).toList();
    }

    @Override
    public Map<String, String> folders(String container) {
        return Map.of();
    }

    @Override
    public Sizes sizes(String container) {
        if (box(container).name.equals(GOING)) {
            throw EngineException.notFound("No such container: " + container);
        }
        return new Sizes(7, 42);
    }

    @Override
    public CompletableFuture<Integer> await(String container, WaitCondition condition) {
        Box box = box(container);
        return switch (condition) {
            case REMOVED -> box.removed.copy();
            case HEALTHY -> CompletableFuture.completedFuture(0);
            case NEXT_EXIT -> box.running.ended.copy();
            case NOT_RUNNING ->
                box.status == Status.RUNNING
                        ? box.running.ended.copy()
                        : CompletableFuture.completedFuture(box.exitCode);
        };
    }

    @Override
    public ondol.engine.ContainerStats stats(String container) {
        box(container);
        return ondol.engine.ContainerStats.none(1);
    }

    @Override
    public ondol.engine.StatsReader followStats(String container) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Attachment attach(String container, AttachOptions options) {
        Box box = box(container);
        return box.running.attachment(Boolean.TRUE.equals(box.config.tty()), options);
    }

    @Override
    public void resize(String container, int rows, int columns) {
        box(container);
    }

    @Override
    public OutputReader logs(String container, LogOptions options) {
        Running running = box(container).running;
        int from = options.tail() < 0 ? 0 : Math.max(0, running.kept.size() - options.tail());
        return running.reader(from, options.follow(), options.stdout(), options.stderr());
    }

    @Override
    public Processes top(String container, @Nullable String arguments) {
        return new Processes(
                List.of("PID", "CMD"),
                List.of(List.of(
                        String.valueOf(inspect(container).state().pid()),
                        box(container).command().getFirst())));
    }

    @Override
    public List<Change> changes(String container) {
        return List.of(new Change(Change.Kind.ADDED, "/new"), new Change(Change.Kind.DELETED, "/old"));
    }

    @Override
    public void export(String container, OutputStream tar) {
        try {
            tar.write(new byte[1024]);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public PathStat stat(String container, String path) {
        long directory = path.endsWith("/") || path.equals("/tmp") ? 1L << 31 : 0;
        return new PathStat(path, 1, directory | 0755, Instant.EPOCH, "");
    }

    @Override
    public PathStat copyOut(String container, String path, OutputStream tar) {
        byte[] kept = box(container).files.get("/tmp");
        try {
            tar.write(kept == null ? new byte[1024] : kept);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return stat(container, path);
    }

    @Override
    public void copyIn(String container, String path, InputStream tar, boolean noOverwrite, boolean keepOwners) {
        try (ByteArrayOutputStream bytes = new ByteArrayOutputStream()) {
            tar.transferTo(bytes);
            box(container).files.put(path, bytes.toByteArray());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String commit(
            String container,
            @Nullable ContainerConfig over,
            @Nullable String reference,
            @Nullable String author,
            @Nullable String message,
            List<String> changes,
            boolean pause) {
        return never();
    }

    @Override
    public String explain(String container) {
        return "exec " + String.join(" ", box(container).command()) + "\n";
    }

    private Exec exec(String id) {
        Exec exec = execs.get(id);
        if (exec == null) {
            throw EngineException.notFound("No such exec instance: " + id);
        }
        return exec;
    }

    private final class FurtherProcesses implements Execs {
        @Override
        public String create(String container, ExecConfig config) {
            Exec exec = new Exec(newId(), box(container).id, config, new Running());
            execs.put(exec.id, exec);
            return exec.id;
        }

        @Override
        public @Nullable Attachment start(
                String id, @Nullable AttachOptions options, @Nullable List<Integer> consoleSize) {
            Exec exec = exec(id);
            Attachment attachment =
                    options == null ? null : exec.running.attachment(Boolean.TRUE.equals(exec.config.tty()), options);
            List<String> command = exec.config.cmd();
            exec.running.start(command == null ? List.of() : command, options != null && options.stdin());
            return attachment;
        }

        @Override
        public void resize(String id, int rows, int columns) {
            exec(id);
        }

        @Override
        public ExecDetails inspect(String id) {
            Exec exec = exec(id);
            Running running = exec.running;
            return new ExecDetails(
                    id,
                    exec.container,
                    running.started.isDone() && !running.ended.isDone(),
                    running.ended.getNow(null),
                    0,
                    exec.config);
        }

        @Override
        public CompletableFuture<Integer> await(String id) {
            return exec(id).running.ended.copy();
        }
    }

    // The rest

    @Override
    public List<Event> recent() {
        return List.copyOf(recent);
    }

    @Override
    public void say(String type, String action, java.util.Map<String, String> attributes) {}

    @Override
    public Subscription subscribe(Consumer<Event> listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    int readers(String container) {
        return box(container).running.readers.get();
    }

    int listeners() {
        return listeners.size();
    }

    @Override
    public Containers containers() {
        return this;
    }

    @Override
    public Execs execs() {
        return new FurtherProcesses();
    }

    @Override
    public Engine asUser(String user) {
        return this;
    }

    @Override
    public ondol.engine.Meter meter() {
        throw new EngineException(EngineException.Kind.UNSUPPORTED, "no meter here");
    }

    @Override
    public ondol.engine.Tenants tenants() {
        return new NoTenants();
    }

    @Override
    public Events events() {
        return this;
    }

    @Override
    public Images images() {
        return new OneImage();
    }

    @Override
    public ondol.engine.Registries registries() {
        return new NoRegistries();
    }

    @Override
    public ondol.engine.Networks networks() {
        return new TestNetworks();
    }

    @Override
    public ondol.engine.Builds builds() {
        return new NoBuilds();
    }

    @Override
    public Volumes volumes() {
        return volumes;
    }

    @Override
    public EngineInfo info() {
        return new EngineInfo(
                "test",
                "0.1",
                "/none",
                boxes.size(),
                0,
                0,
                0,
                1,
                "6",
                "Linux",
                "1",
                "x86_64",
                "here",
                2,
                1 << 30,
                2,
                true,
                List.of());
    }

    @Override
    public void close() {
        boxes.values().forEach(box -> remove(box.id, true, true));
    }
}
