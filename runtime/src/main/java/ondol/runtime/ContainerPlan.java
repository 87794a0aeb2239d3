package ondol.runtime;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import ondol.linux.Errno;
import ondol.linux.plan.Plan;
import ondol.linux.plan.PlanBuilder;
import ondol.linux.plan.Purpose;
import ondol.linux.plan.Step;
import ondol.oci.runtime.Device;
import ondol.oci.runtime.IdMapping;
import ondol.oci.runtime.Linux;
import ondol.oci.runtime.LinuxBuilder;
import ondol.oci.runtime.Mount;
import ondol.oci.runtime.Process;
import ondol.oci.runtime.Spec;
import org.jspecify.annotations.Nullable;

/**
 * From a bundle to the plan of its first process. The order is the argument: what needs the machine's root comes before
 * {@code pivot_root}, what needs rights before they are given up.
 */
public final class ContainerPlan {
    private static final int DEFAULT_UMASK = 0022;
    private static final String PORTS = "net.ipv4.ip_unprivileged_port_start";
    private static final String PING = "net.ipv4.ping_group_range";

    private final Bundle bundle;
    private final Spec spec;
    private final Process process;
    private final Linux linux;
    private final long first;
    private final PlanBuilder plan = new PlanBuilder();
    private final PlanWriter writer = new PlanWriter(plan);
    private final ProcessSteps steps = new ProcessSteps(writer);

    private ContainerPlan(Bundle bundle) {
        this.bundle = bundle;
        this.spec = bundle.spec();
        Process configured = spec.process();
        if (configured == null) {
            throw new IllegalArgumentException("the configuration has no process");
        }
        this.process = configured;
        this.linux = spec.linux() == null ? LinuxBuilder.builder().build() : spec.linux();
        boolean mapped = !bundle.chroot() && new NamespaceSteps(linux.namespaces()).fresh("user");
        this.first = mapped ? IdMaps.first(linux.uidMappings()) : 0;
    }

    /**
     * The plan of a container.
     *
     * @throws IllegalArgumentException where the configuration cannot be made a plan
     */
    public static Plan of(Bundle bundle) {
        ContainerPlan building = new ContainerPlan(bundle);
        return bundle.chroot() ? building.chroot() : building.full();
    }

    /** Settings of the network that say how links are made come before there are any. */
    private static boolean plugsMeanwhile(@Nullable Map<String, String> sysctls) {
        return sysctls == null
                || sysctls.keySet().stream()
                        .allMatch(name -> !name.startsWith("net.") || name.equals(PORTS) || name.equals(PING));
    }

    private Plan full() {
        if (bundle.gate() && plugsMeanwhile(linux.sysctl())) {
            plan.earlyGate();
        } else if (bundle.gate()) {
            plan.gate();
        }
        NamespaceSteps namespaces = new NamespaceSteps(linux.namespaces());
        List<Mount> mounts = spec.mounts() == null ? List.of() : spec.mounts();
        MountSteps mounting = new MountSteps(writer, mounts, bundle.cgroup().mounts());
        RootSteps root = new RootSteps(writer);

        outputs();
        List<Step> joins = openGroups();
        MappedRoot.@Nullable Made mapped = first == 0 ? null : mappedRoot(mounting, mounts);
        Map<String, Step> joined = namespaces.before(writer);

        steps.join(joins);
        namespaces.cgroup(writer);
        steps.session();
        steps.umask(0);
        namespaces.join(writer, joined);
        if (namespaces.fresh("network")) {
            steps.loopback();
        }
        steps.oomScore(process.oomScoreAdj());
        if (mapped != null) {
            root.separate();
            new RightsSteps(writer).becomeRoot();
            mounting.openKernelViews(mounts);
            root.enter(mapped.root());
        } else if (mounting.spreads()) { // sources keep their peers only if taken before
            mounting.openSources(mounts, false);
            root.separate();
            mounting.openOverlays(mounts, bundle.mountpoint().toString());
            root.enter(bundle.root(), bundle.mountpoint());
        } else {
            root.separate();
            mounting.openSources(mounts, true);
            mounting.openOverlays(mounts, bundle.mountpoint().toString());
            root.enter(bundle.root(), bundle.mountpoint());
        }
        root.pivot();
        mounting.mountAll(mounts, MountSteps.fileDestinations(mounts));
        if (mapped == null) {
            new DeviceSteps(writer).make(devices());
        }
        streams();
        steps.sysctls(linux.sysctl());
        mounting.mask(
                linux.maskedPaths() == null ? List.of() : linux.maskedPaths(),
                linux.readonlyPaths() == null ? List.of() : linux.readonlyPaths());
        if (namespaces.fresh("uts")) {
            steps.hostname(spec.hostname(), spec.domainname());
        }
        finish(spec.root() != null && Boolean.TRUE.equals(spec.root().readonly()));
        return plan.build();
    }

    /** What a user namespace's root may not do, done by the minder. */
    private MappedRoot.Made mappedRoot(MountSteps mounting, List<Mount> mounts) {
        plan.idMaps(text(linux.uidMappings()), text(linux.gidMappings()));
        MappedRoot mapped = new MappedRoot(writer, first);
        mapped.openMap();
        MappedRoot.Made[] made = new MappedRoot.Made[1];
        plan.inMinder(() -> {
            mounting.openMapped(mounts, mapped);
            made[0] = mapped.make(bundle.root(), bundle.mountpoint(), mounting.tmpfs("/dev", mounts), devices());
        });
        if (made[0].dev() != null) {
            mounting.source("/dev", mounts, made[0].dev());
        }
        return made[0];
    }

    private static String text(@Nullable List<IdMapping> mappings) {
        return IdMaps.text(mappings == null ? List.of() : mappings);
    }

    private List<Device> devices() {
        return linux.devices() == null ? List.of() : linux.devices();
    }

    /** Only a root of its own: no namespace is made, nothing is mounted. */
    private Plan chroot() {
        if (!(bundle.root() instanceof RootFilesystem.Folder folder)) {
            throw new IllegalArgumentException("isolation chroot wants a folder as its root");
        }
        outputs();
        List<Step> joins = openGroups();
        steps.join(joins);
        steps.session();
        steps.oomScore(process.oomScoreAdj());
        streams(); // of the machine's own devpts
        new RootSteps(writer).chroot(folder.path());
        steps.umask(0);
        new DeviceSteps(writer, Set.of(Errno.EEXIST, Errno.EPERM), "", 0).makeMissing(devices());
        finish(false);
        return plan.build();
    }

    private void outputs() {
        boolean terminal = Boolean.TRUE.equals(process.terminal());
        plan.stdio(terminal ? PlanBuilder.Stdio.TERMINAL : PlanBuilder.Stdio.PIPES, bundle.stdin() && !terminal);
        Bundle.Log log = bundle.log();
        plan.log(bundle.folder().toString(), log.first(), log.size(), log.files());
    }

    private List<Step> openGroups() {
        return openGroups(writer, bundle.cgroup());
    }

    /** Opens the groups' files while one may; they are written to by the process. */
    static List<Step> openGroups(PlanWriter writer, Bundle.CgroupPlace place) {
        Path unified = place.unified();
        if (unified != null) {
            writer.plan.intoCgroup(
                    writer.openBefore(Purpose.LIMIT, unified.toString(), PlanWriter.O_RDONLY | PlanWriter.O_DIRECTORY));
        }
        List<Step> opened = new ArrayList<>();
        for (Path file : place.joins()) {
            opened.add(writer.openBefore(Purpose.LIMIT, file.toString(), PlanWriter.O_WRONLY));
        }
        return opened;
    }

    private void streams() {
        StdioSteps stdio = new StdioSteps(writer);
        if (Boolean.TRUE.equals(process.terminal())) {
            stdio.terminal(process.consoleSize(), process.user());
            console();
        } else {
            stdio.pipes(bundle.stdin(), process.user(), first);
        }
    }

    /** {@code /dev/console} is the container's first terminal, which is number 0 of its own devpts. */
    private void console() {
        if (!bundle.chroot()) {
            writer.touch(Purpose.ROOT, "/dev/console");
            writer.bind(Purpose.ROOT, "/dev/pts/0", "/dev/console", Set.of());
        }
    }

    private void finish(boolean readOnlyRoot) {
        RightsSteps rights = new RightsSteps(writer);
        @Nullable Integer umask = process.user().umask();
        steps.umask(umask == null ? DEFAULT_UMASK : umask);
        steps.folder(process.cwd(), true);
        if (readOnlyRoot) {
            writer.setReadOnly(Purpose.ROOT, "/", Set.of());
        }
        steps.rlimits(process.rlimits());
        rights.keyring(bundle.folder().getFileName().toString());
        rights.restrict(
                process.capabilities(),
                process.user(),
                Boolean.TRUE.equals(process.noNewPrivileges()),
                bundle.seccomp());
        rights.dieWithMinder();
        steps.execute(process);
    }
}
