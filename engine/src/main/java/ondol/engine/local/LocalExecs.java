package ondol.engine.local;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import ondol.engine.AttachOptions;
import ondol.engine.Attachment;
import ondol.engine.ContainerConfig;
import ondol.engine.ContainerConfigBuilder;
import ondol.engine.ContainerDetails.Status;
import ondol.engine.EngineException;
import ondol.engine.ExecConfig;
import ondol.engine.ExecConfigBuilder;
import ondol.engine.Execs;
import ondol.engine.Health;
import ondol.engine.HostConfig;
import ondol.engine.HostConfigBuilder;
import ondol.engine.spec.ContainerFacts;
import ondol.engine.spec.ContainerFactsBuilder;
import ondol.engine.spec.NamespaceChoice;
import ondol.engine.spec.SpecFactory;
import ondol.linux.Descriptor;
import ondol.linux.KernelException;
import ondol.linux.Terminal;
import ondol.linux.cgroup.Cgroup;
import ondol.linux.keeper.Minder;
import ondol.linux.keeper.PlanFailure;
import ondol.linux.plan.Plan;
import ondol.oci.runtime.Linux;
import ondol.oci.runtime.Process;
import ondol.oci.runtime.ProcessBuilder;
import ondol.oci.runtime.Spec;
import ondol.runtime.Bundle;
import ondol.runtime.ExecPlan;
import org.jspecify.annotations.Nullable;

/** Executions: from their configuration to a plan that joins the container. */
final class LocalExecs implements Execs {
    private static final long FORGOTTEN_AFTER = 5;

    private final House house;
    private final Starting starting;
    private final Users users;
    private final Map<String, Execution> executions = new ConcurrentHashMap<>();
    private final Set<Execution> probes = ConcurrentHashMap.newKeySet();
    private volatile boolean closing;

    LocalExecs(House house, Starting starting, Users users) {
        this.house = house;
        this.starting = starting;
        this.users = users;
    }

    @Override
    public String create(String reference, ExecConfig config) {
        Container container = house.registry().get(reference);
        running(container);
        if (config.cmd() == null || config.cmd().isEmpty()) {
            throw EngineException.invalid("No exec command specified");
        }
        Execution execution = new Execution(Folders.newId(), container, config);
        executions.put(execution.id, execution);
        Execution oldest = container.executions.addUnstarted(execution);
        if (oldest != null) {
            forget(oldest);
        }
        if (!container.running()) { // ended just now, perhaps before this one could be forgotten with it
            forget(execution);
            running(container);
        }
        publish(execution, "exec_create: " + String.join(" ", config.cmd()), null);
        return execution.id;
    }

    private static void running(Container container) {
        if (container.record().status() == Status.PAUSED) {
            throw EngineException.conflict(
                    "Container %s is paused, unpause the container before exec".formatted(container.id()));
        }
        if (!container.running()) {
            throw EngineException.conflict("container %s is not running".formatted(container.id()));
        }
    }

    private Execution get(String id) {
        Execution execution = executions.get(id);
        if (execution == null) {
            throw EngineException.notFound("No such exec instance: " + id);
        }
        return execution;
    }

    @Override
    public @Nullable Attachment start(String id, @Nullable AttachOptions options, @Nullable List<Integer> consoleSize) {
        Execution execution = get(id);
        running(execution.container);
        if (!execution.begin()) {
            throw EngineException.conflict("exec command %s has already run".formatted(id));
        }
        execution.container.executions.started(execution);
        boolean terminal = Boolean.TRUE.equals(execution.config.tty());
        ExecPlan.Streams streams = options == null
                ? ExecPlan.Streams.NONE
                : options.stdin() ? ExecPlan.Streams.ALL : ExecPlan.Streams.OUTPUT;
        Minder minder;
        try {
            minder = make(execution, consoleSize, streams, listener(execution));
        } catch (PlanFailure e) {
            ContainerRecord named = execution
                    .container
                    .record()
                    .change()
                    .path(
                            execution.config.cmd() == null
                                    ? ""
                                    : execution.config.cmd().getFirst())
                    .build();
            EngineException why = Starting.planFailure(named, e);
            end(execution, why.kind() == EngineException.Kind.COMMAND_NOT_FOUND ? 127 : 126);
            throw why;
        } catch (EngineException e) {
            end(execution, 126);
            throw e;
        } catch (KernelException | IllegalStateException e) {
            end(execution, 126);
            throw new EngineException(EngineException.Kind.FAILED, e.getMessage(), e);
        }
        execution.runs(minder);
        try {
            publish(execution, "exec_start: " + String.join(" ", execution.config.cmd()), null);
            return options == null
                    ? null
                    : new ExecAttachment(
                            execution, minder, terminal, options, () -> publish(execution, "exec_detach", null));
        } finally {
            execution.served();
        }
    }

    private Minder make(
            Execution execution,
            @Nullable List<Integer> consoleSize,
            ExecPlan.Streams streams,
            Minder.Listener listener) {
        Container container = execution.container;
        Minder first = container.minder();
        Descriptor target = first == null ? null : first.process();
        Cgroup group = container.cgroup();
        if (first == null || target == null || group == null) {
            throw EngineException.conflict("container %s is not running".formatted(container.id()));
        }
        Spec spec = spec(execution, first.pid());
        Process process = process(spec, execution.config, consoleSize);
        Linux linux = spec.linux();
        boolean privileged = Boolean.TRUE.equals(execution.config.privileged());
        Bundle.Filter filter = privileged || linux == null || linux.seccomp() == null
                ? null
                : house.seccomp().program(linux.seccomp());
        ContainerRecord record = container.record();
        boolean chroot = NamespaceChoice.chroot(record.host());
        long namespaces =
                chroot || linux == null || linux.namespaces() == null ? 0 : ExecPlan.namespaces(linux.namespaces());
        Plan plan = ExecPlan.of(
                process,
                namespaces,
                Starting.place(house, group),
                filter,
                streams,
                chroot ? Starting.copy(house, record) : null,
                record.firstId() == null ? 0 : record.firstId());
        return house.keeper().make(plan, List.of(target.number()), listener, pid -> {});
    }

    /** The container's own specification, with this execution's words in the process's place. */
    private Spec spec(Execution execution, int pid) {
        ContainerRecord record = execution.container.record();
        ExecConfig wanted = execution.config;
        boolean privileged = Boolean.TRUE.equals(wanted.privileged());
        String user = wanted.user() == null || wanted.user().isEmpty()
                ? record.config().user()
                : wanted.user();
        List<String> environment = new ArrayList<>(
                record.config().env() == null ? List.of() : record.config().env());
        environment.addAll(wanted.env() == null ? List.of() : wanted.env());
        String folder = wanted.workingDir() == null || wanted.workingDir().isEmpty()
                ? record.config().workingDir()
                : wanted.workingDir();
        ContainerConfig config = ContainerConfigBuilder.builder(record.config())
                .user(user)
                .env(environment)
                .entrypoint(null)
                .cmd(wanted.cmd())
                .workingDir(folder)
                .tty(wanted.tty())
                .build();
        HostConfig host = HostConfigBuilder.builder(record.host())
                .init(false)
                .privileged(privileged || Boolean.TRUE.equals(record.host().privileged()))
                .build();
        ContainerFacts facts = ContainerFactsBuilder.builder(starting.facts(execution.container))
                .user(users.inRunning(pid, user, host))
                .build();
        return SpecFactory.further(config, host, facts, house.host());
    }

    private static Process process(Spec spec, ExecConfig wanted, @Nullable List<Integer> consoleSize) {
        Process process = spec.process();
        if (process == null) {
            throw new IllegalStateException("a specification without a process");
        }
        List<Integer> size = consoleSize == null ? wanted.consoleSize() : consoleSize;
        return ProcessBuilder.builder(process)
                .terminal(wanted.tty())
                .consoleSize(
                        size == null || size.size() != 2
                                ? null
                                : new ondol.oci.runtime.ConsoleSize(size.get(0), size.get(1)))
                .oomScoreAdj(null)
                .build();
    }

    private Minder.Listener listener(Execution execution) {
        return new Minder.Listener() {
            @Override
            public void output(int file, long offset) {}

            @Override
            public void exited(int status, long time) {
                ended(Ending.code(status));
            }

            @Override
            public void lost() {
                ended(128 + Signals.KILL);
            }

            /** Somebody waits for the code; the rest may take its time. */
            private void ended(int code) {
                if (execution.ended.complete(code)) {
                    house.later(() -> over(execution, code));
                }
            }
        };
    }

    /**
     * Runs a command in a container and waits for its end, for a health check. Nobody else learns its id in time to ask
     * for it, so it is forgotten at once.
     *
     * @param timeout nanoseconds
     * @param words the timeout as a sentence has it
     */
    Health.Result probe(Container container, List<String> command, long timeout, String words) {
        ExecConfig config = ExecConfigBuilder.builder().cmd(command).build();
        Execution execution = new Execution(Folders.newId(), container, config);
        execution.begin();
        probes.add(execution);
        container.executions.add(execution);
        Instant start = Instant.now();
        try {
            publish(execution, "exec_create: " + String.join(" ", command), null);
            Minder minder = make(execution, null, ExecPlan.Streams.OUTPUT, ender(execution));
            execution.runs(minder);
            publish(execution, "exec_start: " + String.join(" ", command), null);
            if (closing) {
                execution.kill();
            }
            Health.Result result = Probe.await(execution, minder, start, timeout, words);
            publish(execution, "exec_die", String.valueOf(result.exitCode()));
            return result;
        } catch (PlanFailure e) {
            execution.ended.complete(-1);
            ContainerRecord named =
                    container.record().change().path(command.getFirst()).build();
            return new Health.Result(
                    start, Instant.now(), -1, Starting.planFailure(named, e).getMessage());
        } catch (KernelException | EngineException | IllegalStateException e) {
            execution.ended.complete(-1);
            return new Health.Result(start, Instant.now(), -1, String.valueOf(e.getMessage()));
        } finally {
            execution.served();
            execution.forget();
            probes.remove(execution);
            container.executions.remove(execution);
        }
    }

    /** Notes the end and nothing else, in the thread that hears of it: somebody waits for it. */
    private static Minder.Listener ender(Execution execution) {
        return new Minder.Listener() {
            @Override
            public void output(int file, long offset) {}

            @Override
            public void exited(int status, long time) {
                execution.ended.complete(Ending.code(status));
            }

            @Override
            public void lost() {
                execution.ended.complete(128 + Signals.KILL);
            }
        };
    }

    /** Kills what the engine itself waits for; nothing more comes of it. */
    void close() {
        closing = true;
        probes.forEach(Execution::kill);
    }

    boolean closing() {
        return closing;
    }

    /** Lets go of what clients asked for, which goes on alone. */
    void leave() {
        for (Execution execution : executions.values()) {
            Minder minder = execution.minder();
            if (minder != null && !execution.ended.isDone()) {
                minder.close();
            }
        }
    }

    private void end(Execution execution, int code) {
        if (execution.ended.complete(code)) {
            over(execution, code);
        }
    }

    private void over(Execution execution, int code) {
        execution.forget();
        publish(execution, "exec_die", String.valueOf(code));
        house.after(FORGOTTEN_AFTER, TimeUnit.MINUTES, () -> forget(execution));
    }

    private void forget(Execution execution) {
        executions.remove(execution.id);
        execution.container.executions.remove(execution);
    }

    /** A container has ended: nobody can start any more what nobody has. Called where nothing may wait. */
    void ended(Container container) {
        container.executions.unstarted().forEach(this::forget);
    }

    private void publish(Execution execution, String action, @Nullable String exitCode) {
        Map<String, String> attributes = new TreeMap<>(execution.container.attributes());
        attributes.put("execID", execution.id);
        if (exitCode != null) {
            attributes.put("exitCode", exitCode);
        }
        house.events().publish("container", action, execution.container.id(), attributes);
    }

    @Override
    public void resize(String id, int rows, int columns) {
        Minder minder = get(id).minder();
        if (minder != null && minder.terminal() != null) {
            Terminal.size(minder.terminal().number(), new Terminal.Size(rows, columns));
        }
    }

    @Override
    public ExecDetails inspect(String id) {
        return get(id).details();
    }

    @Override
    public CompletableFuture<Integer> await(String id) {
        return get(id).ended.copy();
    }
}
