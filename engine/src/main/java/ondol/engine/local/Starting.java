package ondol.engine.local;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import ondol.engine.ContainerDetails.Status;
import ondol.engine.EngineException;
import ondol.engine.HostConfig;
import ondol.engine.networks.Attachment;
import ondol.engine.spec.ContainerFacts;
import ondol.engine.spec.ContainerFactsBuilder;
import ondol.engine.spec.LogChoice;
import ondol.engine.spec.NamespaceChoice;
import ondol.engine.spec.SpecFactory;
import ondol.image.Snapshot;
import ondol.linux.Errno;
import ondol.linux.KernelException;
import ondol.linux.cgroup.Cgroup;
import ondol.linux.cgroup.LimitException;
import ondol.linux.cgroup.Resources;
import ondol.linux.keeper.Minder;
import ondol.linux.keeper.PlanFailure;
import ondol.linux.plan.Plan;
import ondol.network.NetworkException;
import ondol.oci.runtime.IdMapping;
import ondol.oci.runtime.Linux;
import ondol.oci.runtime.Spec;
import ondol.runtime.Bundle;
import ondol.runtime.ContainerPlan;
import ondol.runtime.RootFilesystem;

/** The start of a container: configuration to specification, specification to plan, plan to the keeper. */
final class Starting {
    private final House house;
    private final Users users;
    private Ending ending;
    private HealthChecks health;

    @SuppressWarnings("NullAway.Init") // they know each other: see join
    Starting(House house, Users users) {
        this.house = house;
        this.users = users;
    }

    /** An end may be the beginning of the next start: {@link LocalEngine} makes them known to each other. */
    void join(Ending ending, HealthChecks health) {
        this.ending = ending;
        this.health = health;
    }

    /** Starts a container that does not run, whose stage the caller holds. */
    void start(Container container, int restarts) {
        ContainerRecord record = container.record();
        try (Undo undo = new Undo()) {
            if (record.tenant() != null) {
                house.tenants().checkDisk(record.tenant());
            }
            Spec spec = SpecFactory.create(record.config(), record.host(), facts(container), house.host());
            Linux linux = spec.linux();
            Cgroup group = group(container, linux, undo);
            LogCopies.check(record);
            int logFile = record.started() == 0
                    ? 1 // nothing is there yet
                    : prepareLog(container);
            Attachment attachment = house.endpoints().open(container, undo);
            linkedHosts(container);
            house.limiting().open(container, undo);
            house.publishing().open(container, undo);
            undo.add(() -> house.naming().close(container.id()));
            Plan plan = ContainerPlan.of(bundle(container, spec, group, logFile, attachment.any()));
            container.beginRun();
            container.lostOutput(0);
            Long ids = record.firstId();
            List<Integer> donated =
                    ids == null ? List.of() : List.of(house.ranges().map(ids));
            Minder minder = house.keeper().make(plan, donated, ending.listener(container), pid -> {
                attachment.plug(pid);
                house.limiting().plugged(container.record());
                house.naming().open(container.record(), pid);
            });
            container.cgroup(group);
            container.runs(minder);
            undo.commit();
            house.logCopies().begin(container);
            container.watch(minder, logFile, 0);
            container.saveSoon(
                    r -> r.change()
                            .status(Status.RUNNING)
                            .pid(minder.pid())
                            .started(minder.time())
                            .finished(0)
                            .exitCode(0)
                            .error("")
                            .lostOutput(0)
                            .oomKilled(false)
                            .restarts(restarts)
                            .asked(true)
                            .health(HealthChecks.atStart(r))
                            .boot(house.folders().boot())
                            .build(),
                    () -> {});
            house.meter().started(container, group);
        } catch (PlanFailure e) {
            throw failed(container, planFailure(record, e));
        } catch (LimitException e) {
            throw failed(container, Groups.refusal(e));
        } catch (IllegalArgumentException e) {
            throw failed(container, new EngineException(EngineException.Kind.INVALID, e.getMessage(), e));
        } catch (KernelException | NetworkException | IOException | IllegalStateException e) {
            throw failed(container, new EngineException(EngineException.Kind.FAILED, e.getMessage(), e));
        }
        house.publishVolumes(container, "mount");
        house.publish(container, "start");
        health.begin(container);
    }

    private static int prepareLog(Container container) throws IOException {
        LogChoice choice = LogChoice.of(container.record().host().logConfig());
        return container.logs().prepareForStart(choice.maxSize(), choice.maxFiles());
    }

    /** Others that a container is linked to may have other addresses than at its last start. */
    private void linkedHosts(Container container) throws IOException {
        List<String> links = container.record().host().links();
        if (links != null && !links.isEmpty()) {
            ContainerFiles.rewrite(
                    container.folder(), container.record(), house.endpoints().facts(container.record()));
        }
    }

    private EngineException failed(Container container, EngineException why) {
        int exitCode = switch (why.kind()) {
            case COMMAND_NOT_FOUND -> 127;
            case COMMAND_NOT_EXECUTABLE -> 126;
            default -> 128;
        };
        Status status = container.record().started() == 0 ? Status.CREATED : Status.EXITED;
        container.save(r -> r.change()
                .status(status)
                .exitCode(exitCode)
                .error(why.getMessage())
                .finished(Container.now())
                .build());
        container.endRun(exitCode);
        Map<String, String> attributes = new TreeMap<>(container.attributes());
        attributes.put("exitCode", String.valueOf(exitCode));
        house.events().publish("container", "die", container.id(), attributes);
        return why;
    }

    /** The sentence for a plan that stopped, in the words that Docker's clients look for. */
    static EngineException planFailure(ContainerRecord record, PlanFailure e) {
        Errno errno = e.refused().errno();
        if (e.executing()) {
            String command = record.path();
            if (errno == Errno.ENOENT || errno == Errno.ENOTDIR) {
                String words = command.contains("/")
                        ? "exec: \"%s\": stat %s: no such file or directory".formatted(command, command)
                        : "exec: \"%s\": executable file not found in $PATH".formatted(command);
                return new EngineException(EngineException.Kind.COMMAND_NOT_FOUND, words, e);
            }
            String words = errno == Errno.EACCES
                    ? "exec: \"%s\": permission denied".formatted(command)
                    : "exec: \"%s\": %s"
                            .formatted(command, errno == Errno.ENOEXEC ? "exec format error" : errno.words());
            return new EngineException(EngineException.Kind.COMMAND_NOT_EXECUTABLE, words, e);
        }
        boolean maps = e.refused().call().equals("mount_setattr")
                || e.refused().arguments().startsWith("overlay");
        if (record.firstId() != null && maps && (errno == Errno.EINVAL || errno == Errno.EPERM)) {
            String words =
                    "--userns=auto cannot be done here: the kernel, or the file system of the images, maps no owners: "
                            + e.getMessage();
            return new EngineException(EngineException.Kind.UNSUPPORTED, words, e);
        }
        return new EngineException(
                EngineException.Kind.FAILED, "cannot make the container: " + e.getMessage() + hint(e.refused()), e);
    }

    /** What a refused call is likely to mean. */
    private static String hint(KernelException refused) {
        Errno errno = refused.errno();
        if (errno == Errno.EPERM || errno == Errno.ENOSYS) {
            return "; this kernel, or what it runs in, forbids the call";
        }
        if (errno == Errno.EINVAL && refused.arguments().contains("/tasks")) {
            return "; the engine runs under a realtime policy (man 7 sched), and a new group of v1 has no time for such"
                    + " processes: start the engine under the ordinary policy, as chrt --other 0 does";
        }
        // man 2 move_mount: a folder goes on folders only, all else on all else
        boolean kinds = errno == Errno.EINVAL || errno == Errno.ENOTDIR || errno == Errno.EISDIR;
        return refused.call().equals("move_mount") && kinds
                ? "; a folder cannot be mounted onto a file, nor a file onto a folder"
                : "";
    }

    ContainerFacts facts(Container container) {
        ContainerRecord record = container.record();
        HostConfig host = record.host();
        Map<String, Integer> pids = new HashMap<>();
        for (String mode : new String[] {host.networkMode(), host.pidMode(), host.ipcMode()}) {
            String other = NamespaceChoice.container(mode);
            if (other != null) {
                pids.put(other, pidOf(other));
            }
        }
        Path folder = container.folder();
        return ContainerFactsBuilder.builder()
                .id(record.id())
                .hostname(NamespaceChoice.hostname(
                        record.config(), host, record.id(), house.host().hostname()))
                .user(users.ofContainer(record))
                .rootPath("rootfs")
                .cgroupsPath(house.groups().path(host, record.tenant(), record.id()))
                .resolvConf(folder.resolve("resolv.conf").toString())
                .hostnameFile(folder.resolve("hostname").toString())
                .hosts(folder.resolve("hosts").toString())
                .mountPoints(record.mounts())
                .pids(pids)
                .uidMappings(mappings(record))
                .gidMappings(mappings(record))
                .build();
    }

    private static List<IdMapping> mappings(ContainerRecord record) {
        return record.firstId() == null ? List.of() : UserRanges.mappings(record.firstId());
    }

    private int pidOf(String reference) {
        Container other = house.registry().get(reference);
        if (!other.running()) {
            throw EngineException.conflict(
                    "cannot join the namespaces of container %s: it is not running".formatted(reference));
        }
        return other.record().pid();
    }

    private Cgroup group(Container container, @org.jspecify.annotations.Nullable Linux linux, Undo undo) {
        ContainerRecord record = container.record();
        String tenant = record.tenant();
        Resources own = GroupResources.of(linux == null ? null : linux.resources());
        Resources limits = tenant == null ? own : house.tenants().reach(tenant, own);
        Cgroup group = house.groups().create(record.host(), tenant, container.id(), limits);
        undo.add(group::remove);
        return group;
    }

    /** The plan as a reader would like it. */
    String explain(Container container) {
        Spec spec = SpecFactory.create(
                container.record().config(), container.record().host(), facts(container), house.host());
        try (Undo undo = new Undo()) {
            Cgroup group = group(container, spec.linux(), undo);
            return String.join(
                            "\n",
                            ContainerPlan.of(bundle(container, spec, group, 1, false))
                                    .explain()) + "\n";
        }
    }

    private Bundle bundle(Container container, Spec spec, Cgroup group, int logFile, boolean gate) {
        ContainerRecord record = container.record();
        Linux linux = spec.linux();
        Bundle.Filter filter = linux == null || linux.seccomp() == null
                ? null
                : house.seccomp().program(linux.seccomp());
        return new Bundle(
                spec,
                root(record),
                container.folder(),
                house.folders().mountpoint(),
                place(house, group),
                filter,
                Boolean.TRUE.equals(record.config().openStdin()),
                log(logFile, record.host()),
                NamespaceChoice.chroot(record.host()),
                gate);
    }

    static Bundle.CgroupPlace place(House house, Cgroup group) {
        return new Bundle.CgroupPlace(
                group.v1JoinFiles(), group.unifiedDirectory().orElse(null), house.cgroupMounts());
    }

    private RootFilesystem root(ContainerRecord record) {
        if (NamespaceChoice.chroot(record.host())) {
            return new RootFilesystem.Folder(copy(house, record));
        }
        Snapshot snapshot = house.snapshots().open(record.id());
        return new RootFilesystem.Overlay(
                snapshot.layers().folder(),
                snapshot.layers().lowers(),
                snapshot.layers().nested(),
                snapshot.upper(),
                snapshot.work(),
                Boolean.TRUE.equals(record.host().autoRemove()));
    }

    /** The root of a container without mounts: a copy of its image's layers, made when it is needed first. */
    static Path copy(House house, ContainerRecord record) {
        return Objects.requireNonNull(LocalImages.translate(
                () -> house.snapshots().materialize(record.id()).copy()));
    }

    /** How the minder keeps the log: with no limit where that is what the driver does. */
    private static Bundle.Log log(int number, HostConfig host) {
        LogChoice choice = LogChoice.of(host.logConfig());
        return new Bundle.Log(number, choice.maxSize() == 0 ? Long.MAX_VALUE : choice.maxSize(), choice.maxFiles());
    }
}
