package ondol.engine.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import ondol.engine.ContainerConfig;
import ondol.engine.ContainerConfigBuilder;
import ondol.engine.ContainerDetails.Status;
import ondol.engine.Containers.Created;
import ondol.engine.DriverConfig;
import ondol.engine.EndpointSettings;
import ondol.engine.EngineException;
import ondol.engine.HostConfig;
import ondol.engine.MountSpec;
import ondol.engine.Tenants;
import ondol.engine.VolumeOptions;
import ondol.engine.networks.BridgeHost;
import ondol.engine.networks.PortRequests;
import ondol.engine.networks.TrafficOptions;
import ondol.engine.spec.ChrootCheck;
import ondol.engine.spec.ConfigCheck;
import ondol.engine.spec.LimitWarnings;
import ondol.engine.spec.LogChoice;
import ondol.engine.spec.MountPoint;
import ondol.engine.spec.MountPoints;
import ondol.engine.spec.NamespaceChoice;
import ondol.engine.spec.ResourceLimits;
import ondol.image.Image;
import ondol.image.Layer;
import ondol.image.Snapshot;
import org.jspecify.annotations.Nullable;

/** The making of a container that can be started: its name, its record, its writable layer, its volumes. */
final class Creating {
    private final House house;
    private final VolumeContents contents;

    Creating(House house) {
        this.house = house;
        this.contents = new VolumeContents(house);
    }

    Created create(
            @Nullable String wantedName,
            ContainerConfig asked,
            HostConfig host,
            Map<String, EndpointSettings> wantedPlaces) {
        String imageName = asked.image();
        if (imageName == null || imageName.isEmpty()) {
            throw EngineException.invalid("no image specified");
        }
        Image image = LocalImages.translate(() -> house.images().resolve(imageName));
        ContainerConfig merged = ImageConfigs.merge(image.config(), asked);
        ConfigCheck.check(merged, host, house.host());
        TrafficOptions.of(host);
        NetworkTable.translate(() -> PortRequests.of(merged, host)); // refuses what makes no sense
        boolean chroot = NamespaceChoice.chroot(host);
        if (chroot) {
            ChrootCheck.check(asked, host, image.layers().stream().anyMatch(Layer::host));
        } else if (!Machine.maySeparate()) {
            throw new EngineException(
                    EngineException.Kind.UNSUPPORTED,
                    "this engine may not make namespaces and mounts (it has no CAP_SYS_ADMIN); --isolation chroot goes"
                            + " without them");
        }
        Long space = DiskSpace.of(host, chroot);
        String tenant = tenant(asked, host);
        String stopSignal = merged.stopSignal();
        if (stopSignal != null && !stopSignal.isEmpty()) {
            Signals.parse(stopSignal);
        }
        String id = Folders.newId();
        try (Undo undo = new Undo()) {
            if (tenant != null) {
                house.tenants().admit(tenant);
                undo.add(() -> house.tenants().left(tenant));
            }
            house.groups().tryOut(host, tenant, id, GroupResources.of(ResourceLimits.of(host, house.host())));
            String name = house.registry().reserve(wantedName, id);
            undo.add(() -> house.registry().release(name, id));
            List<String> anonymous = new ArrayList<>();
            Path folder = house.folders().container(id);
            Files.createDirectory(folder);
            undo.add(() -> deleteQuietly(folder));
            Files.createDirectory(folder.resolve("log"));
            List<MountPoint> mounts = chroot
                    ? List.of()
                    : mounts(id, merged, host, image, new Anonymous(folder, tenant, anonymous), undo);
            undo.add(() -> house.snapshots().remove(id));
            Snapshot layer = Objects.requireNonNull(
                    LocalImages.translate(() -> house.snapshots().create(id, image, space)));
            if (tenant != null && space == null) {
                house.tenants().owns(tenant, layer.upper(), layer.work());
            }
            String hostname =
                    NamespaceChoice.hostname(merged, host, id, house.host().hostname());
            ContainerConfig config = ContainerConfigBuilder.builder(merged)
                    .hostname(hostname)
                    .labels(labels(merged.labels(), tenant))
                    .build();
            Map<String, EndpointSettings> endpoints = house.endpoints().join(host, wantedPlaces, undo);
            ContainerFiles.Facts facts = new ContainerFiles.Facts(
                    endpoints, Map.of(), house.endpoints().gateway(endpoints));
            ContainerFiles.write(folder, hostname, config, host, facts);
            Long firstId = NamespaceChoice.mapsUsers(host) ? house.ranges().reserve() : null;
            ContainerRecord record = record(id, name, image, imageName, config, host, mounts, anonymous)
                    .change()
                    .firstId(firstId)
                    .tenant(tenant)
                    .endpoints(endpoints)
                    .build();
            undo.add(() -> releaseRange(firstId));
            LogChoice log = LogChoice.of(host.logConfig());
            LogTags.attributes(record, log.options()); // refuses what makes no sense
            LogCopies.checkFiles(log);
            house.records().save(folder, record);
            Container container = new Container(folder, house.records(), record);
            house.registry().add(container);
            undo.commit();
            releaseRange(firstId); // the record holds it now
            if (!anonymous.isEmpty()) {
                Files.delete(folder.resolve(ContainerFiles.VOLUMES));
            }
            house.publish(container, "create");
            house.networks().expect(endpoints.keySet(), house::later);
            return new Created(id, warnings(host, endpoints));
        } catch (IOException e) {
            throw new EngineException(
                    EngineException.Kind.FAILED, "cannot make the container's folder: " + e.getMessage(), e);
        }
    }

    /** Whose it will be: as its creator says, never as an image's label does. */
    private static @Nullable String tenant(ContainerConfig asked, HostConfig host) {
        String tenant = asked.labels() == null ? null : asked.labels().get(Tenants.LABEL);
        if (tenant == null || tenant.isEmpty()) {
            return null;
        }
        if (host.cgroupParent() != null && !host.cgroupParent().isEmpty()) {
            throw EngineException.invalid(
                    "--cgroup-parent: the container's group lies below that of its tenant, %s; leave one of the two out"
                            .formatted(tenant));
        }
        return tenant;
    }

    private static @Nullable Map<String, String> labels(@Nullable Map<String, String> merged, @Nullable String tenant) {
        if (tenant == null && (merged == null || !merged.containsKey(Tenants.LABEL))) {
            return merged;
        }
        Map<String, String> labels = new TreeMap<>(merged == null ? Map.of() : merged);
        labels.remove(Tenants.LABEL);
        if (tenant != null) {
            labels.put(Tenants.LABEL, tenant);
        }
        return labels;
    }

    private void releaseRange(@Nullable Long firstId) {
        if (firstId != null) {
            house.ranges().release(firstId);
        }
    }

    private static ContainerRecord record(
            String id,
            String name,
            Image image,
            String imageName,
            ContainerConfig config,
            HostConfig host,
            List<MountPoint> mounts,
            List<String> anonymous) {
        List<String> command = new ArrayList<>(Objects.requireNonNullElse(config.entrypoint(), List.of()));
        command.addAll(Objects.requireNonNullElse(config.cmd(), List.of()));
        return ContainerRecordBuilder.builder()
                .id(id)
                .name(name)
                .created(Container.now())
                .imageId(image.id().toString())
                .imageName(imageName)
                .path(command.getFirst())
                .args(List.copyOf(command.subList(1, command.size())))
                .config(config)
                .host(host)
                .status(Status.CREATED)
                .error("")
                .mounts(mounts)
                .anonymous(anonymous)
                .build();
    }

    /** What the container sees of outside, with a place for every volume; volumes that are missing are made. */
    private List<MountPoint> mounts(
            String id, ContainerConfig config, HostConfig host, Image image, Anonymous anonymous, Undo undo)
            throws IOException {
        List<MountPoint> placed = new ArrayList<>();
        for (MountPoint mount :
                MountPoints.of(config, host, fromOthers(host), house.host().files())) {
            if (mount.type().equals("image")) {
                placed.add(new ImageMount(house).make(ImageMount.snapshot(id, placed.size()), mount, undo));
                continue;
            }
            if (!mount.type().equals("volume")) {
                placed.add(bindSource(mount));
                continue;
            }
            if (mount.source() != null) { // another container's, whose place is known
                placed.add(mount);
                continue;
            }
            String named = mount.name();
            String name = named == null ? anonymous.next() : named;
            if (named == null) {
                undo.add(() -> house.volumes().removeQuietly(name));
            }
            placed.add(volume(name, labels(anonymous, named == null), mount, host, image));
        }
        return placed;
    }

    /** What is said of a volume that is made for a container. */
    private static Map<String, String> labels(Anonymous volumes, boolean anonymous) {
        Map<String, String> labels = new TreeMap<>(volumes.labels());
        if (anonymous) {
            labels.put(LocalVolumes.ANONYMOUS, "");
        }
        return labels;
    }

    private MountPoint volume(String name, Map<String, String> labels, MountPoint mount, HostConfig host, Image image) {
        String driver = mount.driver();
        if (driver != null && !driver.isEmpty() && !driver.equals("local")) {
            throw EngineException.notFound("volume driver \"%s\" not found: only local is there".formatted(driver));
        }
        VolumeOptions asked = asked(host, mount.destination());
        DriverConfig config = asked == null ? null : asked.driverConfig();
        if (asked != null && asked.labels() != null) {
            asked.labels().forEach(labels::putIfAbsent);
        }
        Map<String, String> options = config == null || config.options() == null ? Map.of() : config.options();
        Path data = Path.of(house.volumes().create(name, labels, options).mountpoint());
        VolumeMount made = house.volumes().mount(name);
        MountPoint mounted = made == null ? mount : made.apply(mount);
        Path place = made == null ? data : made.place(data);
        if (!mount.noCopy() && mounted.tmpfsOptions() == null) {
            contents.copyUp(image, mount.destination(), place);
        }
        String subpath = mount.subpath();
        Path source = subpath == null ? place : contents.beneath(place, subpath);
        return mounted.at(name, source.toString());
    }

    /** What {@code --mount} says of a volume that is made for it. */
    private static @Nullable VolumeOptions asked(HostConfig host, String destination) {
        for (MountSpec spec : host.mounts() == null ? List.<MountSpec>of() : host.mounts()) {
            String target = spec.target();
            if (target != null && Path.of(target).normalize().equals(Path.of(destination))) {
                return spec.volumeOptions();
            }
        }
        return null;
    }

    /** Names of volumes that only this container knows, noted before they are made: an engine may be killed meanwhile. */
    private record Anonymous(Path folder, @Nullable String tenant, List<String> names) {
        Map<String, String> labels() {
            return tenant == null ? Map.of() : Map.of(Tenants.LABEL, tenant);
        }

        String next() throws IOException {
            String name = Folders.newId();
            Files.writeString(
                    folder.resolve(ContainerFiles.VOLUMES),
                    name + "\n",
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
            names.add(name);
            return name;
        }
    }

    /** A bind mount's source, made where it is missing and may be made, as {@code -v} has it. */
    private static MountPoint bindSource(MountPoint mount) {
        String source = mount.source();
        if (mount.type().equals("bind") && mount.createSource() && source != null && !Files.exists(Path.of(source))) {
            try {
                Files.createDirectories(Path.of(source));
            } catch (IOException e) {
                throw new EngineException(
                        EngineException.Kind.FAILED,
                        "cannot make the missing bind source path %s: %s".formatted(source, e.getMessage()),
                        e);
            }
        }
        return mount;
    }

    private List<MountPoint> fromOthers(HostConfig host) {
        List<MountPoint> mounts = new ArrayList<>();
        for (String text : host.volumesFrom() == null ? List.<String>of() : host.volumesFrom()) {
            int colon = text.indexOf(':');
            String name = colon < 0 ? text : text.substring(0, colon);
            boolean readOnly =
                    colon >= 0 && List.of(text.substring(colon + 1).split(",")).contains("ro");
            for (MountPoint mount : house.registry().get(name).record().mounts()) {
                // an image's mount has a layer that is this container's alone
                if (!mount.type().equals("tmpfs") && !mount.type().equals("image")) {
                    mounts.add(
                            readOnly
                                    ? ondol.engine.spec.MountPointBuilder.builder(mount)
                                            .readOnly(true)
                                            .build()
                                    : mount);
                }
            }
        }
        return mounts;
    }

    private List<String> warnings(HostConfig host, Map<String, EndpointSettings> places) {
        List<String> warnings = new ArrayList<>(LimitWarnings.of(host, house.host()));
        for (String network : places.keySet()) {
            house.networks().find(network).map(BridgeHost::warnings).ifPresent(warnings::addAll);
        }
        return warnings;
    }

    private static void deleteQuietly(Path folder) {
        try {
            Removing.delete(folder);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
