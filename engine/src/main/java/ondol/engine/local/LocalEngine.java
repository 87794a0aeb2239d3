package ondol.engine.local;

import io.avaje.jsonb.Jsonb;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import ondol.engine.Builds;
import ondol.engine.ContainerDetails.Status;
import ondol.engine.Containers;
import ondol.engine.Engine;
import ondol.engine.EngineException;
import ondol.engine.EngineInfo;
import ondol.engine.EngineOptions;
import ondol.engine.Events;
import ondol.engine.Execs;
import ondol.engine.Images;
import ondol.engine.Meter;
import ondol.engine.Networks;
import ondol.engine.Registries;
import ondol.engine.Tenants;
import ondol.engine.Volumes;
import ondol.engine.spec.HostFacts;
import ondol.engine.spec.LinuxHostFacts;
import ondol.engine.view.TenantView;
import ondol.image.ImageStore;
import ondol.image.ImageUsers;
import ondol.image.Snapshots;
import ondol.image.registry.RegistryClient;
import ondol.image.registry.RegistryOptions;
import ondol.linux.cgroup.CgroupTree;
import ondol.linux.cgroup.Hierarchies;
import ondol.linux.keeper.Keeper;

/** The engine in this process. All of it is put together here, by hand. */
public final class LocalEngine implements Engine {
    /** What {@code ondol version} says. */
    public static final String VERSION = "0.1.0";

    private static final long IDLE_LOOK = 500;
    private static final long PATIENCE = 10;

    private final House house;
    private final LocalContainers containers;
    private final LocalExecs execs;
    private final LocalImages images;
    private final RegistryClient client;
    private final LocalRegistries registries;
    private final Tenants tenants;
    private final boolean restrictUsers;
    private final Map<String, Engine> views = new ConcurrentHashMap<>();
    private final LocalNetworks networks;
    private final LocalBuilds builds;

    private LocalEngine(House house, boolean restrictUsers) {
        this.house = house;
        this.restrictUsers = restrictUsers;
        Users users = new Users(house.images(), house.snapshots());
        Starting starting = new Starting(house, users);
        Removing removing = new Removing(house);
        Stopping stopping = new Stopping(house);
        this.execs = new LocalExecs(house, starting, users);
        HealthChecks health = new HealthChecks(house, execs, stopping);
        Ending ending = new Ending(house, starting, removing, execs, health);
        starting.join(ending, health);
        this.containers = new LocalContainers(house, starting, stopping, removing);
        this.images = new LocalImages(house.images(), house.events(), imageUsers(house.registry()));
        this.client = new RegistryClient(
                house.images(),
                LocalImages.translate(() -> RegistryOptions.read(house.folders().data())));
        this.registries = new LocalRegistries(client, house.events());
        this.tenants = new ForcedTenants(house.tenants(), house.registry(), containers);
        this.networks = new LocalNetworks(house);
        this.builds = new LocalBuilds(house, containers, images, registries);
        new Recovering(house, starting, ending, removing, health).recover();
        builds.recover();
        house.networks().settings().hostNamesAt().ifPresent(house.naming()::answerHost);
        house.meter().begin();
    }

    /** See {@link ondol.engine.Engines#open}. */
    public static LocalEngine open(EngineOptions options) {
        Machine.check();
        Folders folders = Folders.open(options);
        try (Undo undo = new Undo()) {
            undo.add(folders::close);
            Jsonb json = Jsonb.builder().build();
            Registry registry = new Registry();
            EventLog events = new EventLog();
            Hierarchies hierarchies = Hierarchies.detect();
            SeccompPrograms seccomp = new SeccompPrograms(folders.data().resolve("seccomp"));
            Path binary = Keeper.unpack(folders.data().resolve("bin"));
            HostFacts host = LinuxHostFacts.read(
                    hierarchies.version() == 2,
                    hierarchies.countsSwap(),
                    Machine.hasSeccomp() ? seccomp : null,
                    binary.toString());
            ImageStore images = ImageStore.open(folders.images());
            undo.add(images::close);
            Snapshots snapshots = images.snapshots();
            TenantQuota quota = new TenantQuota(folders.tenants());
            LocalVolumes volumes =
                    new LocalVolumes(folders.volumes(), json, events, quota, volume -> volumeUsers(registry, volume));
            NetworkTable networks = new NetworkTable(folders, json, events);
            undo.add(networks::close);
            Publishing publishing = new Publishing(networks, registry);
            undo.add(publishing::close);
            Naming naming = new Naming(networks, registry);
            undo.add(naming::close);
            Keeper keeper = Keeper.start(binary, folders.exec());
            undo.add(keeper::close);
            ExecutorService workers = Executors.newCachedThreadPool(
                    Thread.ofPlatform().daemon().name("ondol-worker-", 0).factory());
            ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(
                    1, Thread.ofPlatform().daemon().name("ondol-timer").factory());
            timer.setRemoveOnCancelPolicy(true);
            Groups groups = new Groups(new CgroupTree(hierarchies), cgroupParent(options, folders));
            TenantDisk disk = new TenantDisk(registry, snapshots, volumes);
            LocalTenants tenants = new LocalTenants(
                    folders.tenants(),
                    json,
                    groups,
                    new TenantLimits(host, hierarchies, Machine.memory()),
                    events,
                    registry,
                    disk::usage,
                    quota);
            Limiting limiting = new Limiting(networks, tenants::netRate);
            tenants.join(limiting);
            TenantMeters own = new TenantMeters(tenants, groups, disk);
            groups.join(tenants::resources, tenants::guaranteed, own::groupGoes);
            LocalMeter meter =
                    new LocalMeter(folders.meter(), json, folders.boot(), registry, own, new LinkCounts(networks));
            undo.add(meter::close);
            House house = new House(
                    folders,
                    new Records<>(json, ContainerRecord.class, ContainerFiles.RECORD),
                    registry,
                    events,
                    new LogCopies(host.hostname()),
                    images,
                    snapshots,
                    volumes,
                    networks,
                    new Endpoints(networks, registry),
                    publishing,
                    naming,
                    limiting,
                    groups,
                    tenants,
                    meter,
                    Machine.cgroupMounts(hierarchies),
                    keeper,
                    new UserRanges(registry, keeper),
                    host,
                    seccomp,
                    workers,
                    timer);
            LocalEngine engine = new LocalEngine(house, options.restrictUsers());
            timer.scheduleWithFixedDelay(() -> pruneWhenIdle(house), IDLE_LOOK, IDLE_LOOK, TimeUnit.MILLISECONDS);
            undo.commit();
            return engine;
        }
    }

    private static void pruneWhenIdle(House house) {
        house.networks().prune();
        if (house.registry().all().stream().allMatch(container -> container.cgroup() == null)) {
            house.groups().prune();
        }
    }

    /** As {@link Leftovers#clean}. */
    public static List<String> clean(boolean remove) {
        return Leftovers.clean(remove);
    }

    /** Two engines on one machine must not share a group: each clears up below its own. */
    private static String cgroupParent(EngineOptions options, Folders folders) {
        String wanted = options.cgroupParent();
        if (wanted != null) {
            return wanted.startsWith("/") ? wanted : "/" + wanted;
        }
        boolean machines = folders.data().equals(EngineOptions.DEFAULT_DATA_ROOT);
        return machines ? "/ondol" : "/ondol-" + folders.id().substring(0, 8);
    }

    private static List<String> volumeUsers(Registry registry, String volume) {
        List<String> users = new ArrayList<>();
        for (Container container : registry.all()) {
            if (container.record().mounts().stream().anyMatch(mount -> volume.equals(mount.name()))) {
                users.add(container.id());
            }
        }
        return users;
    }

    private static ImageUsers imageUsers(Registry registry) {
        return image -> {
            List<ImageUsers.User> users = new ArrayList<>();
            for (Container container : registry.all()) {
                if (container.record().imageId().equals(image)) {
                    users.add(new ImageUsers.User(container.id(), container.running()));
                }
            }
            users.sort((a, b) -> Boolean.compare(b.running(), a.running()));
            return users;
        };
    }

    @Override
    public Containers containers() {
        return containers;
    }

    @Override
    public Execs execs() {
        return execs;
    }

    @Override
    public Images images() {
        return images;
    }

    @Override
    public Registries registries() {
        return registries;
    }

    @Override
    public Builds builds() {
        return builds;
    }

    @Override
    public Volumes volumes() {
        return house.volumes();
    }

    @Override
    public Tenants tenants() {
        return tenants;
    }

    @Override
    public Meter meter() {
        return house.meter();
    }

    @Override
    public Networks networks() {
        return networks;
    }

    @Override
    public Events events() {
        return house.events();
    }

    @Override
    public EngineInfo info() {
        int running = 0;
        int paused = 0;
        var all = house.registry().all();
        for (Container container : all) {
            Status status = container.record().status();
            running += status == Status.RUNNING ? 1 : 0;
            paused += status == Status.PAUSED ? 1 : 0;
        }
        Map<String, String> release = Machine.release();
        List<String> warnings = new ArrayList<>(house.networks().host().warnings());
        warnings.addAll(house.tenants().warnings());
        if (!Machine.hasSeccomp()) {
            warnings.add("WARNING: No seccomp support: system calls are not filtered");
        }
        return new EngineInfo(
                house.folders().id(),
                VERSION,
                house.folders().data().toString(),
                all.size(),
                running,
                paused,
                all.size() - running - paused,
                house.images().list().size(),
                Machine.read("/proc/sys/kernel/osrelease").strip(),
                release.getOrDefault("PRETTY_NAME", "Linux"),
                release.getOrDefault("VERSION_ID", ""),
                System.getProperty("os.arch").equals("aarch64") ? "aarch64" : "x86_64",
                house.host().hostname(),
                house.host().cpus(),
                Machine.memory(),
                house.groups().tree().hierarchies().version(),
                Machine.hasSeccomp(),
                warnings);
    }

    @Override
    public Engine asUser(String user) {
        if (!restrictUsers || SocketUsers.isRoot(user)) {
            return this;
        }
        String tenant = house.tenants().ofUser(user);
        if (tenant == null) {
            throw new EngineException(
                    EngineException.Kind.DENIED,
                    "user %s belongs to no tenant: ask for 'ondol tenant update --user %s TENANT'"
                            .formatted(user, user));
        }
        return views.computeIfAbsent(tenant, name -> new TenantView(this, name));
    }

    /** Ends that were told are handled; those that are not, the minders keep for the next engine. */
    private void finishWork() {
        house.workers().shutdown();
        try {
            if (!house.workers().awaitTermination(PATIENCE, TimeUnit.SECONDS)) {
                house.workers().shutdownNow();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        house.timer().shutdownNow();
        client.close();
        execs.close();
        house.logCopies().close();
        finishWork();
        execs.leave();
        house.meter().close();
        house.tenants().close();
        house.records().close(); // with it, minders of containers that ended are let go
        house.registry().all().forEach(container -> {
            var minder = container.minder();
            if (minder != null) {
                minder.close(); // it stays with its container
            }
        });
        house.naming().close();
        house.publishing().close();
        house.networks().close();
        house.ranges().close();
        house.keeper().close();
        house.groups().prune();
        house.groups().tree().close();
        house.volumes().close();
        house.images().close();
        house.folders().close();
    }
}
