package ondol.image;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import ondol.linux.Descriptor;
import ondol.linux.Errno;
import ondol.linux.Files;
import ondol.linux.KernelException;
import ondol.linux.Mounts;
import ondol.linux.Stat;
import ondol.oci.image.Digest;
import ondol.oci.image.ExecutionConfig;
import ondol.oci.image.History;
import ondol.oci.image.ImageConfig;
import ondol.oci.image.ImageJson;
import ondol.oci.image.MediaTypes;
import ondol.oci.image.Platform;
import ondol.oci.image.Reference;
import ondol.oci.image.RootFs;

/**
 * The images {@code host} and {@code host:home}: the machine's own files as a read-only layer. A <em>mask</em>, an
 * ordinary layer folder above it, hides what belongs to the running machine and not to a container: {@code /proc /sys
 * /dev /run /tmp /mnt /media} and the engine's own state; and, but for {@code host:home}, {@code /root} and {@code /home}.
 *
 * <p>Seen is the filesystem that is mounted on {@code /}; what is mounted below it (a separate {@code /usr}) is not.
 */
final class HostImage {
    /** The repository that nobody else may use. */
    static final String NAME = "host";

    private static final List<String> HIDDEN = List.of("proc", "sys", "dev", "run", "tmp", "mnt", "media");
    private static final List<String> HOMES = List.of("root", "home");
    private static final String PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    private static final String CREATED = "1970-01-01T00:00:00Z";

    private HostImage() {}

    /** Whether a folder among the layers is a mask. Masks stay: they are tiny, and containers may be mounted on them. */
    static boolean isMask(String name) {
        return name.startsWith("h");
    }

    /** Whether a name is one that only these images have. */
    static boolean isReserved(Reference name) {
        return name.familiarRepository().equals(NAME);
    }

    /** What the layer's blob is: it says what it stands for, so that the layout is complete. */
    static byte[] blob(boolean homes) {
        return "The files of the machine itself, %s its homes.\n"
                .formatted(homes ? "with" : "without")
                .getBytes(StandardCharsets.UTF_8);
    }

    /** Both images; their masks are made where they are not there. None where masks, or overlays, may not be made. */
    static List<Image> images(Folders folders) {
        try {
            return List.of(image(folders, false), image(folders, true));
        } catch (KernelException e) {
            if (e.errno() == Errno.EPERM) {
                return List.of(); // trusted attributes want CAP_SYS_ADMIN, as mounts do (man 7 xattr)
            }
            throw e;
        }
    }

    private static Image image(Folders folders, boolean homes) {
        Digest diffId = Digest.of(blob(homes));
        ImageConfig config = new ImageConfig(
                CREATED,
                null,
                "The machine's own files",
                Platform.here().architecture(),
                Platform.here().variant(),
                "linux",
                null,
                null,
                config(),
                RootFs.of(List.of(diffId.toString())),
                List.of(new History(CREATED, null, "the machine's own files", null, null)));
        Digest id = Digest.of(ImageJson.write(config));
        Layer layer = new Layer(diffId, folders.layers.resolve(mask(folders, homes)), 0, true);
        Reference name = Reference.parse(homes ? NAME + ":home" : NAME).withDefaultTag();
        return new Image(id, id, List.of(name), config, List.of(layer), null, null);
    }

    private static ExecutionConfig config() {
        return new ExecutionConfig(
                null, null, List.of(PATH), null, List.of("/bin/sh"), null, "/", null, null, null, null, null, null);
    }

    static boolean isHostLayer(String mediaType) {
        return mediaType.equals(MediaTypes.LAYER_HOST);
    }

    /**
     * Whether an overlay with an upper folder in the store needs the machine's files as a filesystem of their own. Where
     * {@code /} is an overlay itself it must not: overlays are stacked two high at most; the store is on another
     * filesystem then, as no overlay takes its upper folder from an overlay.
     */
    static boolean mustNest(Path store) {
        try (Descriptor top = Files.open("/", Files.O_PATH | Files.O_DIRECTORY);
                Descriptor ours = Files.open(store.toString(), Files.O_PATH | Files.O_DIRECTORY)) {
            Stat a = Files.fstat(top);
            Stat b = Files.fstat(ours);
            boolean same = a.device() == b.device() || a.mount() == b.mount();
            return same && Files.filesystemType(top) != Overlays.MAGIC;
        }
    }

    /** A place in the mask: a folder, hiding what is below or not, or an empty file. */
    private record Place(int mode, int uid, int gid, boolean hides) {}

    /** Makes the mask unless one just like it is there: it must not change while containers are mounted on it. */
    private static String mask(Folders folders, boolean homes) {
        Map<String, Place> places;
        try (Descriptor top = Files.open("/", Files.O_PATH | Files.O_DIRECTORY)) {
            places = places(top, folders.root, homes);
        }
        String name = "h"
                + Digest.of(places.toString().getBytes(StandardCharsets.UTF_8))
                        .hex()
                        .substring(0, 12);
        if (Files.lstatIfThere(folders.layersFolder, name) == null) {
            String staged = folders.stagingName();
            Files.mkdirat(folders.stagingFolder, staged, 0755);
            try (Descriptor mask = Files.openName(folders.stagingFolder, staged, Files.O_DIRECTORY)) {
                places.forEach((path, place) -> make(mask, path, place));
            }
            Files.renameat2(folders.stagingFolder, staged, folders.layersFolder, name, Files.RENAME_NOREPLACE);
        }
        return name;
    }

    private static Map<String, Place> places(Descriptor top, Path store, boolean homes) {
        Map<String, Place> places = new TreeMap<>();
        List<String> hidden = new ArrayList<>(HIDDEN);
        if (!homes) {
            hidden.addAll(HOMES);
        }
        places.put(".", place(Files.fstat(top), false));
        for (String name : hidden) {
            Stat stat = Files.lstatIfThere(top, name);
            if (stat != null && stat.isFolder()) {
                places.put(name, place(stat, true));
            }
        }
        String[] parts = store.toString().substring(1).split("/");
        if (!hidden.contains(parts[0])) {
            StringBuilder path = new StringBuilder();
            for (int i = 0; i < parts.length; i++) {
                path.append(i == 0 ? "" : "/").append(parts[i]);
                Stat stat = Files.stat(top.number(), path.toString(), Mounts.AT_SYMLINK_NOFOLLOW);
                places.put(path.toString(), place(stat, i == parts.length - 1));
            }
        }
        resolver(top, places);
        return places;
    }

    /** A resolv.conf that is a link into /run would lead to nothing: an empty file takes its place. */
    private static void resolver(Descriptor top, Map<String, Place> places) {
        try (Descriptor etc =
                Files.openInRootIfThere(top, "etc", Files.O_PATH | Files.O_DIRECTORY | Files.O_NOFOLLOW)) {
            Stat stat = Trees.lstat(etc, "resolv.conf");
            if (etc != null && stat != null && stat.isSymlink()) {
                places.put("etc", place(Files.fstat(etc), false));
                places.put("etc/resolv.conf", new Place(Files.S_IFREG | 0644, 0, 0, false));
            }
        }
    }

    private static Place place(Stat stat, boolean hides) {
        return new Place(stat.mode(), stat.uid(), stat.gid(), hides);
    }

    private static void make(Descriptor mask, String path, Place place) {
        boolean file = (place.mode() & Files.S_IFMT) == Files.S_IFREG;
        if (file) {
            Files.mknodat(mask, path, place.mode(), 0, 0);
        } else if (!path.equals(".")) {
            Files.mkdirat(mask, path, 0755);
        }
        try (Descriptor made = Files.openBeneath(mask, path, file ? Files.O_RDONLY : Files.O_DIRECTORY, 0)) {
            Files.fchownat(made, "", place.uid(), place.gid());
            Files.fchmod(made, place.mode() & 07777);
            if (place.hides()) {
                Overlays.setOpaque(made);
            }
        }
    }
}
