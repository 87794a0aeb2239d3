package ondol.image;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import ondol.linux.Call;
import ondol.linux.Descriptor;
import ondol.linux.Errno;
import ondol.linux.Files;
import ondol.linux.Kernel;
import ondol.linux.KernelException;
import ondol.linux.Mounts;
import org.jspecify.annotations.Nullable;

/**
 * A root as its container would see it, to be read by the engine: layers, and maybe a stopped container's writable layer,
 * as a read-only overlay that is mounted nowhere, and gone when this is closed. Paths in it come from strangers: read them
 * with {@link ondol.linux.Files#openInRoot}. Where the engine may not mount, a view is a copy, made when it is opened.
 */
public final class RootView implements AutoCloseable {
    private static final long CLONE_NEWNS = 0x20000;
    private static final long ATTRIBUTES =
            Mounts.MOUNT_ATTR_RDONLY | Mounts.MOUNT_ATTR_NOSUID | Mounts.MOUNT_ATTR_NODEV | Mounts.MOUNT_ATTR_NOEXEC;
    private static final long FLAGS = Mounts.MS_RDONLY | Mounts.MS_NOSUID | Mounts.MS_NODEV | Mounts.MS_NOEXEC;
    private static final String OPTIONS = ",redirect_dir=nofollow,metacopy=off";

    private final Descriptor root;
    private final Runnable ending;

    private RootView(Descriptor root) {
        this(root, () -> {});
    }

    private RootView(Descriptor root, Runnable ending) {
        this.root = root;
        this.ending = ending;
    }

    /** Layers only. */
    public static RootView open(RootLayers layers) {
        return open(layers, null);
    }

    /** A stopped container's root. */
    public static RootView open(Snapshot snapshot) {
        return snapshot.copy() != null
                ? new RootView(folder(snapshot.copy()))
                : open(snapshot.layers(), snapshot.upper());
    }

    /** A stopped container's root, to be written to: what is written goes to its writable layer. */
    public static RootView openWritable(Snapshot snapshot) {
        return new RootView(
                snapshot.copy() != null
                        ? folder(snapshot.copy())
                        : mountAside(snapshot.layers(), snapshot.layers().lowers(), snapshot));
    }

    private static Descriptor folder(Path path) {
        return Files.open(path.toString(), Files.O_PATH | Files.O_DIRECTORY);
    }

    private static RootView open(RootLayers layers, @Nullable Path upper) {
        List<String> names = new ArrayList<>();
        if (upper != null) {
            names.add(layers.folder().relativize(upper).toString());
        }
        names.addAll(layers.lowers());
        if (names.size() == 1) {
            // an overlay without an upper folder wants two layers; and whiteouts in the lowest one want an overlay
            names.add(RootLayers.EMPTY);
        }
        try {
            return new RootView(mount(layers, names));
        } catch (KernelException e) {
            if (e.errno() != Errno.EPERM || layers.nested() || names.contains("/")) {
                throw e;
            }
            return copy(layers.folder(), names);
        }
    }

    private static Descriptor mount(RootLayers layers, List<String> names) {
        boolean longNames = layers.folder().toString().length() + 128 > Mounts.FSCONFIG_VALUE_LIMIT;
        return layers.nested() || longNames || !takesLayersOneByOne()
                ? mountAside(layers, names, null)
                : mountDetached(layers.folder(), names);
    }

    /** In the store's folder for what is not done yet, so that nothing of it outlives the engine for long. */
    private static RootView copy(Path layers, List<String> names) {
        Descriptor staging =
                Files.open(layers.resolveSibling(Folders.STAGING).toString(), Files.O_PATH | Files.O_DIRECTORY);
        String copy = "view-" + UUID.randomUUID();
        Runnable ending = () -> {
            try (staging) {
                Trees.delete(staging, copy);
            }
        };
        try {
            Files.mkdirat(staging, copy, 0700);
            Descriptor made = Files.openName(staging, copy, Files.O_DIRECTORY);
            for (String name : names.reversed()) {
                try (Descriptor layer = Files.open(layers.resolve(name).toString(), Files.O_DIRECTORY)) {
                    LayerCopy.apply(layer, made);
                }
            }
            return new RootView(made, ending);
        } catch (RuntimeException e) {
            ending.run();
            throw e;
        }
    }

    /** Whether fsconfig(2) takes {@code lowerdir+}, which Linux 6.5 brought. */
    private static boolean takesLayersOneByOne() {
        String[] version = System.getProperty("os.version").split("[^0-9]+");
        int major = Integer.parseInt(version[0]);
        return major > 6 || (major == 6 && version.length > 1 && Integer.parseInt(version[1]) >= 5);
    }

    private static Descriptor mountDetached(Path folder, List<String> names) {
        try (Descriptor overlay = Mounts.fsopen("overlay")) {
            for (String name : names) {
                Path path = folder.resolve(name).normalize();
                Mounts.fsconfigString(overlay, "lowerdir+", path.toString());
            }
            Mounts.fsconfigString(overlay, "redirect_dir", "nofollow");
            Mounts.fsconfigString(overlay, "metacopy", "off");
            Mounts.fsconfigCreate(overlay);
            return Mounts.fsmount(overlay, ATTRIBUTES);
        }
    }

    /**
     * Mounts with mount(2), whose options may fill a page, on a thread that is thrown away with the mount namespace it
     * made; a clone of the mount outlives both.
     */
    static Descriptor mountAside(RootLayers layers, List<String> names, @Nullable Snapshot written) {
        CompletableFuture<Descriptor> mounted = new CompletableFuture<>();
        Thread.ofPlatform().daemon().name("ondol-root-view").start(() -> {
            try {
                mounted.complete(inNewNamespace(layers, names, written));
            } catch (RuntimeException | Error e) {
                mounted.completeExceptionally(e);
            }
        });
        try {
            return mounted.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    private static Descriptor inNewNamespace(RootLayers layers, List<String> names, @Nullable Snapshot written) {
        Kernel.call(Call.UNSHARE, "CLONE_NEWNS", CLONE_NEWNS);
        Mounts.mount("none", "/", null, Mounts.MS_REC | Mounts.MS_PRIVATE, null);
        try (Arena arena = Arena.ofConfined()) {
            String folder = layers.folder().toString();
            Kernel.call(Call.CHDIR, folder, Kernel.text(arena, folder).address());
        }
        if (layers.nested()) {
            Mounts.mount("tmpfs", RootLayers.BASE, "tmpfs", 0, null);
            Mounts.mount(
                    "overlay", RootLayers.BASE, "overlay", FLAGS, "lowerdir=" + RootLayers.BASE_LOWERDIR + OPTIONS);
        }
        String lowers = "lowerdir=" + String.join(":", names);
        String upper = written == null ? "" : ",upperdir=" + written.upper() + ",workdir=" + written.work();
        String options = written == null ? OPTIONS : ",redirect_dir=off,metacopy=off";
        Mounts.mount("overlay", RootLayers.EMPTY, "overlay", written == null ? FLAGS : 0, lowers + upper + options);
        Descriptor view = Mounts.openTreeClone(Kernel.AT_FDCWD, RootLayers.EMPTY, false);
        long attributes = written == null ? ATTRIBUTES : ATTRIBUTES & ~Mounts.MOUNT_ATTR_RDONLY;
        Mounts.mountSetattr(view.number(), "", Mounts.AT_EMPTY_PATH, attributes, 0, 0, 0);
        return view;
    }

    /** The root folder, open with O_PATH. It belongs to this view. */
    public Descriptor root() {
        return root;
    }

    @Override
    public void close() {
        root.close();
        ending.run();
    }
}
