package ondol.image;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import ondol.linux.Descriptor;
import ondol.linux.Files;
import ondol.linux.Names;
import ondol.linux.Stat;
import ondol.linux.disk.SizedFolder;
import org.jspecify.annotations.Nullable;

/**
 * The containers' writable layers: {@code snapshots/ID/upper}, {@code work}, and {@code lower}, a link whose text is the
 * layers below, as an overlay wants them; {@code disk}, in which upper and work lie if their size is limited; and {@code root}, where overlays are not to be had: all of it as plain files.
 * While a snapshot is there its layers are kept, also when their image goes.
 */
public final class Snapshots {
    private static final String UPPER = "upper";
    private static final String WORK = "work";
    private static final String LOWER = "lower";
    private static final String ROOT = "root";
    /** Where upper and work lie if they have a size. */
    private static final String SIZED = "disk";

    private final ImageStore store;
    private final Folders folders;

    Snapshots(ImageStore store, Folders folders) {
        this.store = store;
        this.folders = folders;
    }

    /**
     * Makes the writable layer of a container.
     *
     * @param id the container's: letters and digits
     * @throws ImageException CONFLICT where there is one
     */
    public Snapshot create(String id, Image image) {
        return create(id, image, null);
    }

    /**
     * As {@link #create(String, Image)}, with a limit.
     *
     * @param bytes that the writable layer may take on disk; null for no limit
     * @throws ImageException UNSUPPORTED where this machine cannot limit it
     */
    public Snapshot create(String id, Image image, @Nullable Long bytes) {
        checkId(id);
        try (ImageStore.Operation operation = store.begin()) {
            RootLayers layers = operation.layers(image);
            String staged = folders.stagingName();
            Files.mkdirat(folders.stagingFolder, staged, 0700);
            try (Descriptor made = Files.openName(folders.stagingFolder, staged, Files.O_PATH | Files.O_DIRECTORY)) {
                Files.symlinkat(layers.lowerdir(), made, LOWER);
                if (bytes == null) {
                    writable(made, image);
                } else {
                    sized(folders.staging.resolve(staged).resolve(SIZED), image, bytes);
                }
            } catch (RuntimeException e) {
                SizedFolder.release(folders.staging.resolve(staged).resolve(SIZED));
                folders.trash.take(folders.stagingFolder, staged);
                throw e;
            }
            if (Files.lstatIfThere(folders.snapshotsFolder, id) != null) {
                SizedFolder.release(folders.staging.resolve(staged).resolve(SIZED));
                folders.trash.take(folders.stagingFolder, staged);
                throw new ImageException(ImageException.Kind.CONFLICT, "there is a snapshot " + id + " already");
            }
            Files.renameat2(folders.stagingFolder, staged, folders.snapshotsFolder, id, Files.RENAME_NOREPLACE);
            return snapshot(id, layers);
        }
    }

    private void writable(Descriptor made, Image image) {
        Files.mkdirat(made, UPPER, 0755);
        Files.mkdirat(made, WORK, 0700);
        likeTopLayer(made, image);
    }

    private void sized(Path folder, Image image, long bytes) {
        try {
            SizedFolder.make(folder, folders.root, bytes);
        } catch (IOException e) {
            throw new ImageException(
                    ImageException.Kind.UNSUPPORTED, "cannot limit the writable layer: " + e.getMessage());
        }
        try (Descriptor made = Files.open(folder.toString(), Files.O_PATH | Files.O_DIRECTORY)) {
            writable(made, image);
        }
    }

    /** Lets go of limited layers; the next store takes them up again. What runs keeps its own. */
    void close() {
        for (String id : list()) {
            SizedFolder.close(folders.snapshots.resolve(id).resolve(SIZED));
        }
    }

    /** Forgets limits that a killed engine left to nobody. */
    public void forgetLimits() {
        SizedFolder.forgetOthers(
                folders.root,
                list().stream()
                        .map(id -> folders.snapshots.resolve(id).resolve(SIZED))
                        .filter(java.nio.file.Files::isDirectory)
                        .toList());
    }

    /** An overlay's root has the owner and mode of the upper folder. */
    private void likeTopLayer(Descriptor made, Image image) {
        if (image.layers().isEmpty()) {
            return;
        }
        String name = LayerStore.name(image.layers().getLast());
        Stat top = Files.lstat(folders.layersFolder, name);
        if (top.uid() != 0 || top.gid() != 0) {
            Files.fchownat(made, UPPER, top.uid(), top.gid());
        }
        Files.fchmodat(made, UPPER, top.permissions());
    }

    /** @throws ImageException NOT_FOUND where there is none */
    public Snapshot open(String id) {
        checkId(id);
        try (Descriptor folder =
                Files.openInRootIfThere(folders.snapshotsFolder, id, Files.O_PATH | Files.O_DIRECTORY)) {
            if (folder == null) {
                throw new ImageException(ImageException.Kind.NOT_FOUND, "there is no snapshot " + id);
            }
            return snapshot(id, RootLayers.parse(folders.layers, Files.readlinkat(folder, LOWER)));
        }
    }

    private Snapshot snapshot(String id, RootLayers layers) {
        Path folder = folders.snapshots.resolve(id);
        Path sized = folder.resolve(SIZED);
        boolean limited = java.nio.file.Files.isDirectory(sized);
        if (limited) {
            SizedFolder.open(sized);
        }
        Path place = limited ? sized : folder;
        boolean copied = Files.lstatIfThere(folders.snapshotsFolder, id + "/" + ROOT) != null;
        return new Snapshot(
                id, place.resolve(UPPER), place.resolve(WORK), layers, copied ? folder.resolve(ROOT) : null);
    }

    /**
     * Makes the whole root a plain folder, for places where nothing can be mounted: a copy of the layers and of the writable
     * one. Content where that was done; whoever is killed at it leaves nothing.
     *
     * @return the snapshot, with a {@link Snapshot#copy}
     * @throws ImageException UNSUPPORTED for the machine's own files
     */
    public Snapshot materialize(String id) {
        Snapshot snapshot = open(id);
        if (snapshot.copy() != null) {
            return snapshot;
        }
        List<String> lowers = snapshot.layers().lowers();
        if (snapshot.layers().nested() || lowers.contains("/")) {
            throw new ImageException(
                    ImageException.Kind.UNSUPPORTED, "the image host is the machine's own files, which are not copied");
        }
        String staged = folders.stagingName();
        Files.mkdirat(folders.stagingFolder, staged, 0700);
        try (Descriptor made = Files.openName(folders.stagingFolder, staged, Files.O_DIRECTORY)) {
            for (String lower : lowers.reversed()) {
                apply(snapshot.layers().folder().resolve(lower), made);
            }
            apply(snapshot.upper(), made);
        } catch (RuntimeException e) {
            folders.trash.take(folders.stagingFolder, staged);
            throw e;
        }
        try (Descriptor folder = Files.openName(folders.snapshotsFolder, id, Files.O_PATH | Files.O_DIRECTORY)) {
            Files.renameat2(folders.stagingFolder, staged, folder, ROOT, Files.RENAME_NOREPLACE);
        }
        return open(id);
    }

    private static void apply(Path layer, Descriptor made) {
        try (Descriptor open = Files.open(layer.toString(), Files.O_DIRECTORY)) {
            LayerCopy.apply(open, made);
        }
    }

    /** What is done with an upper folder. */
    public interface WithUpper<T> {
        T apply(Path upper);
    }

    /**
     * Gives an upper folder of a snapshot, as {@link ImageStore#commit} wants it. Of a materialized one it is made from what
     * differs, as links to the files, and gone afterwards.
     */
    public <T> T withUpper(Snapshot snapshot, WithUpper<T> action) {
        Path copy = snapshot.copy();
        if (copy == null) {
            return action.apply(snapshot.upper());
        }
        String staged = folders.stagingName();
        Files.mkdirat(folders.stagingFolder, staged, 0700);
        try (Descriptor made = Files.openName(folders.stagingFolder, staged, Files.O_DIRECTORY);
                Descriptor root = Files.open(copy.toString(), Files.O_DIRECTORY)) {
            for (Change change : Changes.of(snapshot)) {
                place(change, root, made);
            }
            LayerCopy.attributes(root, made);
            return action.apply(folders.staging.resolve(staged));
        } finally {
            folders.trash.take(folders.stagingFolder, staged);
        }
    }

    /** Changes come sorted, so a folder comes before what is in it. */
    private static void place(Change change, Descriptor root, Descriptor made) {
        String path = change.path().substring(1);
        int slash = path.lastIndexOf('/');
        String above = slash < 0 ? "." : path.substring(0, slash);
        String name = path.substring(slash + 1);
        try (Descriptor to = Files.openBeneath(made, above, Files.O_PATH | Files.O_DIRECTORY, 0);
                Descriptor from = Files.openBeneath(root, above, Files.O_PATH | Files.O_DIRECTORY, 0)) {
            Stat stat = Files.lstatIfThere(from, name);
            if (stat == null) {
                Files.mknodat(to, name, Files.S_IFCHR, 0, 0);
            } else if (stat.isFolder()) {
                Files.mkdirat(to, name, 0700);
                try (Descriptor source = Files.openName(from, name, Files.O_DIRECTORY);
                        Descriptor folder = Files.openName(to, name, Files.O_DIRECTORY)) {
                    LayerCopy.attributes(source, folder);
                }
            } else {
                Files.linkat(from, name, to, name);
            }
        }
    }

    /** Ids of all. */
    public List<String> list() {
        return Trees.names(folders.snapshotsFolder);
    }

    /** Removes one; content where there is none. The files are deleted by a thread behind. */
    public void remove(String id) {
        checkId(id);
        List<String> released;
        try {
            released = open(id).layers().lowers();
        } catch (ImageException e) {
            return;
        }
        SizedFolder.release(folders.snapshots.resolve(id).resolve(SIZED));
        folders.trash.take(folders.snapshotsFolder, id);
        store.released(released);
    }

    /** Bytes of the files in the writable layer, each counted once. */
    public long usage(String id) {
        checkId(id);
        Snapshot snapshot = open(id);
        boolean limited = snapshot.upper().endsWith(SIZED + "/" + UPPER);
        String name = snapshot.copy() != null ? ROOT : limited ? SIZED + "/" + UPPER : UPPER;
        try (Descriptor upper =
                Files.openInRoot(folders.snapshotsFolder, id + "/" + name, Files.O_PATH | Files.O_DIRECTORY, 0)) {
            return Trees.size(upper);
        }
    }

    /** Names of all layer folders that snapshots stand on. */
    Set<String> layerNames() {
        Set<String> names = new HashSet<>();
        for (String id : list()) {
            names.addAll(open(id).layers().lowers());
        }
        return names;
    }

    private static void checkId(String id) {
        if (!id.matches("[a-zA-Z0-9]{1,128}")) {
            throw ImageException.invalid("\"%s\" is no container id".formatted(Names.printable(id)));
        }
    }
}
