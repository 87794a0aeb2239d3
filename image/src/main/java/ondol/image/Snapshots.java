package ondol.image;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import ondol.linux.Descriptor;
import ondol.linux.Files;
import ondol.linux.Names;
import ondol.linux.Stat;

/**
 * The containers' writable layers: {@code snapshots/ID/upper}, {@code work}, and {@code lower}, a link whose text is the
 * layers below, as an overlay wants them. While a snapshot is there its layers are kept, also when their image goes.
 */
public final class Snapshots {
    private static final String UPPER = "upper";
    private static final String WORK = "work";
    private static final String LOWER = "lower";

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
        checkId(id);
        try (ImageStore.Operation operation = store.begin()) {
            RootLayers layers = operation.layers(image);
            String staged = folders.stagingName();
            Files.mkdirat(folders.stagingFolder, staged, 0700);
            try (Descriptor made = Files.openName(folders.stagingFolder, staged, Files.O_PATH | Files.O_DIRECTORY)) {
                Files.mkdirat(made, UPPER, 0755);
                Files.mkdirat(made, WORK, 0700);
                Files.symlinkat(layers.lowerdir(), made, LOWER);
                likeTopLayer(made, image);
            }
            if (Files.lstatIfThere(folders.snapshotsFolder, id) != null) {
                folders.trash.take(folders.stagingFolder, staged);
                throw new ImageException(ImageException.Kind.CONFLICT, "there is a snapshot " + id + " already");
            }
            Files.renameat2(folders.stagingFolder, staged, folders.snapshotsFolder, id, Files.RENAME_NOREPLACE);
            return snapshot(id, layers);
        }
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
        return new Snapshot(id, folder.resolve(UPPER), folder.resolve(WORK), layers);
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
        folders.trash.take(folders.snapshotsFolder, id);
        store.released(released);
    }

    /** Bytes of the files in the writable layer, each counted once. */
    public long usage(String id) {
        checkId(id);
        try (Descriptor upper =
                Files.openInRoot(folders.snapshotsFolder, id + "/" + UPPER, Files.O_PATH | Files.O_DIRECTORY, 0)) {
            return usage(upper, new HashSet<>());
        }
    }

    private static long usage(Descriptor folder, Set<Long> seen) {
        long size = 0;
        for (String name : Trees.names(folder)) {
            Stat stat = Files.lstatIfThere(folder, name);
            if (stat != null && stat.isFolder()) {
                try (Descriptor child = Files.openName(folder, name, Files.O_PATH | Files.O_DIRECTORY)) {
                    size += usage(child, seen);
                }
            } else if (stat != null && (stat.links() < 2 || seen.add(stat.inode()))) {
                size += stat.size();
            }
        }
        return size;
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
