package ondol.engine.local;

import io.avaje.jsonb.Jsonb;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import ondol.engine.EngineException;
import ondol.engine.Tenants;
import ondol.engine.Volumes;
import ondol.image.Trees;
import ondol.linux.Descriptor;
import ondol.linux.Errno;
import ondol.linux.KernelException;
import ondol.linux.disk.SizedFolder;
import org.jspecify.annotations.Nullable;

/** Volumes as folders: {@code volumes/NAME/_data} holds the files, {@code volume.json} beside it the record. */
final class LocalVolumes implements Volumes {
    private static final System.Logger LOG = System.getLogger(LocalVolumes.class.getName());
    private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9_.-]+");

    private static final String DATA = "_data";

    /** The label of volumes that nobody named, as Docker has it. */
    static final String ANONYMOUS = "com.docker.volume.anonymous";

    private final Path folder;
    private final Records<VolumeRecord> records;
    private final EventLog events;
    private final TenantQuota quota;
    private final Function<String, List<String>> usedBy;
    private final Map<String, VolumeRecord> volumes = new TreeMap<>(); // guarded by this

    /**
     * @param usedBy the ids of the containers that use a volume
     */
    LocalVolumes(Path folder, Jsonb json, EventLog events, TenantQuota quota, Function<String, List<String>> usedBy) {
        this.folder = folder;
        this.records = new Records<>(json, VolumeRecord.class, "volume.json");
        this.events = events;
        this.quota = quota;
        this.usedBy = usedBy;
        for (VolumeRecord record : records.loadAll(folder)) {
            volumes.put(record.name(), record);
        }
        clear();
        volumes.values().forEach(record -> open(record.name()));
        SizedFolder.forgetOthers(
                folder,
                volumes.keySet().stream()
                        .map(this::data)
                        .filter(Files::isDirectory)
                        .toList());
    }

    /** A limited one is mounted, where that is how it is limited. */
    private void open(String name) {
        try {
            SizedFolder.open(data(name));
        } catch (KernelException | UncheckedIOException e) {
            LOG.log(Level.ERROR, "volume " + name + " cannot be mounted", e);
        }
    }

    /** Lets go of limited ones; the next engine takes them up again. What runs keeps them. */
    synchronized void close() {
        volumes.keySet().forEach(name -> SizedFolder.close(data(name)));
    }

    /** What has no record was being made, or removed, when an engine was killed. */
    private void clear() {
        try (Stream<Path> folders = Files.list(folder)) {
            for (Path one : folders.toList()) {
                if (!Files.exists(one.resolve("volume.json"))) {
                    SizedFolder.release(one.resolve(DATA));
                    Removing.deleteQuietly(one);
                }
            }
        } catch (IOException e) {
            LOG.log(Level.WARNING, "cannot clear up volumes: {0}", e.getMessage());
        }
    }

    @Override
    public synchronized Volume create(
            @Nullable String wanted, Map<String, String> labels, Map<String, String> options) {
        if (wanted == null || wanted.isEmpty()) {
            Map<String, String> marked = new TreeMap<>(labels);
            marked.put(ANONYMOUS, "");
            return create(Folders.newId(), marked, options);
        }
        String name = wanted;
        if (name.length() > 255 || !NAME.matcher(name).matches()) {
            throw EngineException.invalid(
                    ("create %s: \"%s\" includes invalid characters for a local volume name, only \"[a-zA-Z0-9][a-zA-Z0-9_.-]\""
                                    + " are allowed. If you intended to pass a host directory, use absolute path")
                            .formatted(name, name));
        }
        Long space = DiskSpace.ofVolume(name, options);
        if (VolumeMount.of(name, options) != null && space != null) {
            throw EngineException.invalid(
                    "create %s: size is for a volume in a folder of the engine's own; leave out type and device"
                            .formatted(name));
        }
        VolumeRecord known = volumes.get(name);
        if (known != null) {
            return volume(known);
        }
        VolumeRecord made = new VolumeRecord(name, Container.now(), labels, options);
        try (Undo undo = new Undo()) {
            undo.add(() -> Removing.deleteQuietly(folder.resolve(name)));
            undo.add(() -> SizedFolder.release(data(name)));
            Path data = space == null ? Files.createDirectories(data(name)) : sized(name, space);
            String tenant = labels.get(Tenants.LABEL);
            if (space == null && tenant != null) {
                quota.owns(tenant, data);
            }
            Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwxr-xr-x"));
            records.save(folder.resolve(name), made);
            undo.commit();
        } catch (IOException e) {
            throw new EngineException(EngineException.Kind.FAILED, "create %s: %s".formatted(name, e.getMessage()), e);
        }
        volumes.put(name, made);
        events.publish("volume", "create", name, attributes(made));
        return volume(made);
    }

    private Path data(String name) {
        return folder.resolve(name).resolve(DATA);
    }

    private Path sized(String name, long bytes) throws IOException {
        Path data = data(name);
        Files.createDirectories(folder.resolve(name));
        try {
            SizedFolder.make(data, folder, bytes);
        } catch (IOException | KernelException e) {
            Removing.delete(folder.resolve(name));
            throw new EngineException(
                    EngineException.Kind.UNSUPPORTED, "create %s: %s".formatted(name, e.getMessage()), e);
        }
        return data;
    }

    private Volume volume(VolumeRecord record) {
        return new Volume(
                record.name(),
                data(record.name()).toString(),
                Instant.ofEpochSecond(0, record.created()),
                record.labels(),
                record.options());
    }

    /** What a volume's options make of it; null without any. */
    synchronized @Nullable VolumeMount mount(String name) {
        VolumeRecord record = volumes.get(name);
        return record == null ? null : VolumeMount.of(name, record.options());
    }

    @Override
    public synchronized List<Volume> list() {
        List<Volume> list = new ArrayList<>();
        volumes.values().forEach(record -> list.add(volume(record)));
        return list;
    }

    @Override
    public synchronized Volume inspect(String name) {
        VolumeRecord record = volumes.get(name);
        if (record == null) {
            throw EngineException.notFound("get %s: no such volume".formatted(name));
        }
        return volume(record);
    }

    @Override
    public long size(String name) {
        try (Descriptor data = ondol.linux.Files.open(
                inspect(name).mountpoint(), ondol.linux.Files.O_PATH | ondol.linux.Files.O_DIRECTORY)) {
            return Trees.size(data);
        } catch (KernelException e) {
            if (e.errno() == Errno.ENOENT) {
                throw EngineException.notFound("get %s: no such volume".formatted(name)); // it has just been removed
            }
            throw new EngineException(
                    EngineException.Kind.FAILED, "cannot read volume %s: %s".formatted(name, e.getMessage()), e);
        }
    }

    @Override
    public void remove(String name, boolean force) {
        List<String> users = usedBy.apply(name); // outside of this object's lock: it looks at containers
        VolumeRecord removed;
        synchronized (this) {
            removed = volumes.get(name);
            if (removed == null) {
                if (force) {
                    return;
                }
                throw EngineException.notFound("get %s: no such volume".formatted(name));
            }
            if (!users.isEmpty()) {
                throw EngineException.conflict(
                        "remove %s: volume is in use - [%s]".formatted(name, String.join(", ", users)));
            }
            try {
                Files.deleteIfExists(folder.resolve(name).resolve("volume.json"));
                SizedFolder.release(data(name));
                Removing.delete(folder.resolve(name));
            } catch (IOException e) {
                throw new EngineException(
                        EngineException.Kind.FAILED, "remove %s: %s".formatted(name, e.getMessage()), e);
            }
            volumes.remove(name);
        }
        events.publish("volume", "destroy", name, attributes(removed));
    }

    /** What events say of it, also whose it is. */
    private static Map<String, String> attributes(VolumeRecord volume) {
        String tenant = volume.labels().get(Tenants.LABEL);
        return tenant == null ? Map.of("driver", "local") : Map.of("driver", "local", Tenants.LABEL, tenant);
    }

    /** Removes a volume that nobody uses any more; where somebody does, it stays. */
    void removeQuietly(String name) {
        try {
            remove(name, true);
        } catch (EngineException e) {
            LOG.log(Level.DEBUG, "volume {0} stays: {1}", name, e.getMessage());
        }
    }
}
