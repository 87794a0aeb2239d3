package ondol.engine.spec;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import ondol.engine.BindOptions;
import ondol.engine.ContainerConfig;
import ondol.engine.EngineException;
import ondol.engine.HostConfig;
import ondol.engine.ImageOptions;
import ondol.engine.MountSpec;
import ondol.engine.TmpfsOptions;
import ondol.engine.VolumeOptions;
import org.jspecify.annotations.Nullable;

/** What a container sees of outside: {@code -v}, {@code --mount}, {@code --volumes-from} and the image's volumes. */
public final class MountPoints {
    private static final Set<String> PROPAGATION =
            Set.of("", "private", "rprivate", "shared", "rshared", "slave", "rslave");

    private final Map<String, MountPoint> byDestination = new LinkedHashMap<>();
    private final Set<String> tmpfs;
    private final Set<String> own = new HashSet<>();

    private MountPoints(Set<String> tmpfs) {
        this.tmpfs = tmpfs;
    }

    /**
     * Reads and checks all of a container's. At one path {@code -v} and {@code --mount} come before what comes from other
     * containers, and the image's volumes last.
     *
     * @param config with the image's volumes merged in
     * @param fromOthers what {@code --volumes-from} names, of containers later in the list later here; made
     *     read-only where it said {@code :ro}
     * @throws EngineException where two are at one path, or one makes no sense
     */
    public static List<MountPoint> of(
            ContainerConfig config, HostConfig host, List<MountPoint> fromOthers, HostFiles files) {
        MountPoints all = new MountPoints(TmpfsFlags.destinations(host));
        for (MountPoint other : fromOthers) {
            all.byDestination.put(other.destination(), other);
        }
        for (String bind : Absent.list(host.binds())) {
            all.add(BindText.parse(bind, Absent.unlessEmpty(host.volumeDriver())));
        }
        for (MountSpec mount : Absent.list(host.mounts())) {
            all.add(parse(mount, files));
        }
        for (String volume : Absent.map(config.volumes()).keySet()) {
            all.addImageVolume(volume);
        }
        return new ArrayList<>(all.byDestination.values());
    }

    private void add(MountPoint mountPoint) {
        String destination = mountPoint.destination();
        if (!own.add(destination) || tmpfs.contains(destination)) {
            throw EngineException.invalid("Duplicate mount point: " + destination);
        }
        // Put last, where it stands in the order of its own kind.
        byDestination.remove(destination);
        byDestination.put(destination, mountPoint);
    }

    private void addImageVolume(String volume) {
        if (volume.contains(":")) {
            throw EngineException.invalid("invalid volume specification: '" + volume + "'");
        }
        String destination = Paths.clean("/" + volume);
        if (destination.equals("/")) {
            throw EngineException.invalid(
                    "invalid volume specification: '" + volume + "': invalid specification: destination can't be '/'");
        }
        if (!tmpfs.contains(destination)) {
            byDestination.putIfAbsent(destination, volume(null, destination).build());
        }
    }

    private static MountPointBuilder volume(@Nullable String name, String destination) {
        return MountPointBuilder.builder().type(MountPoint.VOLUME).name(name).destination(destination);
    }

    /** Why a path cannot be a mount's destination; null where it can. */
    static @Nullable String wrongDestination(String destination) {
        if (!destination.startsWith("/")) {
            return "invalid mount path: '" + destination + "' mount path must be absolute";
        }
        if (destination.indexOf('\0') >= 0) {
            return "invalid mount path: it contains a zero byte";
        }
        return Paths.clean(destination).equals("/") ? "invalid specification: destination can't be '/'" : null;
    }

    private static MountPoint parse(MountSpec mount, HostFiles files) {
        String type = Absent.text(mount.type());
        String target = Absent.text(mount.target());
        String source = Absent.text(mount.source());
        refuse(mount.bindOptions() != null && !type.equals(MountPoint.BIND), "BindOptions", type);
        refuse(mount.volumeOptions() != null && !type.equals(MountPoint.VOLUME), "VolumeOptions", type);
        refuse(mount.tmpfsOptions() != null && !type.equals(MountPoint.TMPFS), "TmpfsOptions", type);
        refuse(mount.imageOptions() != null && !type.equals(MountPoint.IMAGE), "ImageOptions", type);
        if (!Set.of(MountPoint.BIND, MountPoint.VOLUME, MountPoint.TMPFS, MountPoint.IMAGE)
                .contains(type)) {
            throw wrong(type, "mount type unknown");
        }
        if (target.isEmpty()) {
            throw wrong(type, "field Target must not be empty");
        }
        String why = wrongDestination(target);
        if (why != null) {
            throw wrong(type, why);
        }
        String destination = Paths.clean(target);
        return switch (type) {
            case MountPoint.BIND -> bind(mount, source, destination, files);
            case MountPoint.VOLUME -> volume(mount, source, destination);
            case MountPoint.IMAGE -> image(mount, source, destination);
            default -> tmpfs(mount, source, destination);
        };
    }

    private static MountPoint bind(MountSpec mount, String source, String destination, HostFiles files) {
        BindOptions options =
                Objects.requireNonNullElse(mount.bindOptions(), new BindOptions(null, null, null, null, null));
        if (source.isEmpty()) {
            throw wrong(MountPoint.BIND, "field Source must not be empty");
        }
        if (!source.startsWith("/")) {
            throw wrong(MountPoint.BIND, "invalid mount path: '" + source + "' mount path must be absolute");
        }
        String propagation = Absent.text(options.propagation());
        if (!PROPAGATION.contains(propagation)) {
            throw wrong(MountPoint.BIND, "invalid propagation mode: " + propagation);
        }
        boolean create = Absent.no(options.createMountpoint());
        if (!create && !files.exists(source)) {
            throw wrong(MountPoint.BIND, "bind source path does not exist: " + source);
        }
        return MountPointBuilder.builder()
                .type(MountPoint.BIND)
                .source(Paths.clean(source))
                .destination(destination)
                .readOnly(Absent.no(mount.readOnly()))
                .propagation(propagation.isEmpty() ? "rprivate" : propagation)
                .nonRecursive(Absent.no(options.nonRecursive()))
                .readOnlyNonRecursive(Absent.no(options.readOnlyNonRecursive()))
                .readOnlyForceRecursive(Absent.no(options.readOnlyForceRecursive()))
                .createSource(create)
                .build();
    }

    private static MountPoint volume(MountSpec mount, String source, String destination) {
        VolumeOptions options =
                Objects.requireNonNullElse(mount.volumeOptions(), new VolumeOptions(null, null, null, null));
        String subpath = Absent.unlessEmpty(options.subpath());
        if (source.isEmpty() && subpath != null) {
            throw wrong(MountPoint.VOLUME, "must not set Subpath when using anonymous volumes");
        }
        if (source.isEmpty() && Absent.no(mount.readOnly())) {
            throw wrong(MountPoint.VOLUME, "must not set ReadOnly mode when using anonymous volumes");
        }
        if (subpath != null && (subpath.startsWith("/") || Paths.clean(subpath).startsWith(".."))) {
            throw wrong(MountPoint.VOLUME, "subpath must be a relative path within the volume");
        }
        if (!source.isEmpty()) {
            VolumeName.check(source);
        }
        return volume(Absent.unlessEmpty(source), destination)
                .driver(
                        options.driverConfig() == null
                                ? null
                                : options.driverConfig().name())
                .readOnly(Absent.no(mount.readOnly()))
                .noCopy(Absent.no(options.noCopy()))
                .subpath(subpath)
                .build();
    }

    private static MountPoint image(MountSpec mount, String source, String destination) {
        ImageOptions options = mount.imageOptions();
        String subpath = options == null ? null : Absent.unlessEmpty(options.subpath());
        if (source.isEmpty()) {
            throw wrong(MountPoint.IMAGE, "field Source must not be empty");
        }
        if (subpath != null && (subpath.startsWith("/") || Paths.clean(subpath).startsWith(".."))) {
            throw wrong(MountPoint.IMAGE, "subpath must be a relative path within the image");
        }
        return MountPointBuilder.builder()
                .type(MountPoint.IMAGE)
                .source(source)
                .destination(destination)
                .readOnly(Absent.no(mount.readOnly()))
                .subpath(subpath == null ? null : Paths.clean(subpath))
                .build();
    }

    private static MountPoint tmpfs(MountSpec mount, String source, String destination) {
        if (!source.isEmpty()) {
            throw wrong(MountPoint.TMPFS, "field Source must not be specified");
        }
        TmpfsOptions options = Objects.requireNonNullElse(mount.tmpfsOptions(), new TmpfsOptions(null, null));
        return MountPointBuilder.builder()
                .type(MountPoint.TMPFS)
                .destination(destination)
                .readOnly(Absent.no(mount.readOnly()))
                .tmpfsOptions(TmpfsFlags.text(options, Absent.no(mount.readOnly())))
                .build();
    }

    private static void refuse(boolean refused, String options, String type) {
        if (refused) {
            throw EngineException.invalid(options + " must not be specified on mount type \"" + type + "\"");
        }
    }

    private static EngineException wrong(String type, String why) {
        return EngineException.invalid("invalid mount config for type \"" + type + "\": " + why);
    }
}
