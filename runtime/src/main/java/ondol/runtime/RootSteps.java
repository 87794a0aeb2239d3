package ondol.runtime;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import ondol.linux.Call;
import ondol.linux.Mounts;
import ondol.linux.plan.Purpose;
import ondol.linux.plan.Step;

/** A root of one's own: the overlay, {@code pivot_root} on it, and its end state. */
final class RootSteps {
    private static final int PAGE = 4096;

    private final PlanWriter writer;

    RootSteps(PlanWriter writer) {
        this.writer = writer;
    }

    /** From here on no mount or unmount is seen on the other side. */
    void separate() {
        writer.propagation(Purpose.ROOT, "/, MS_REC|MS_PRIVATE", "/", Mounts.MS_REC | Mounts.MS_PRIVATE);
    }

    /** Mounts the root and stands in it. Nothing of it is seen outside of this mount namespace. */
    void enter(RootFilesystem root, Path mountpoint) {
        String merged = mountpoint.toString();
        switch (root) {
            case RootFilesystem.Overlay overlay -> overlay(overlay, merged);
            case RootFilesystem.Folder folder ->
                writer.bind(Purpose.ROOT, folder.path().toString(), merged, java.util.Set.of());
        }
        writer.chdir(Purpose.ROOT, merged);
    }

    private void overlay(RootFilesystem.Overlay overlay, String merged) {
        writer.chdir(Purpose.ROOT, overlay.folder().toString());
        if (overlay.nested()) {
            String base = overlay.lowers().getLast();
            writer.mount(Purpose.ROOT, "tmpfs", base, "tmpfs", 0, ""); // an overlay without an upper wants two lowers
            writer.mount(Purpose.ROOT, "overlay", base, "overlay", Mounts.MS_RDONLY, "lowerdir=/:" + base);
        }
        writer.mount(Purpose.ROOT, "overlay", merged, "overlay", 0, overlay.options());
    }

    /**
     * An overlay's mount options: an upper folder is a layer as it is; and, where nothing of it is to last, nothing is
     * written to the disk for its own sake.
     */
    static String options(List<String> lowers, String upper, String work, boolean passing) {
        String options = "lowerdir="
                + lowers.stream().map(RootSteps::escaped).collect(Collectors.joining(":"))
                + ",upperdir=" + escaped(upper)
                + ",workdir=" + escaped(work)
                + ",index=off,redirect_dir=off,metacopy=off"
                + (passing ? ",volatile" : "");
        if (options.length() >= PAGE) {
            throw new IllegalArgumentException("%d layers do not fit one overlay mount (%d bytes of options)"
                    .formatted(lowers.size(), options.length()));
        }
        return options;
    }

    private static String escaped(String path) {
        return path.replace("\\", "\\\\").replace(":", "\\:").replace(",", "\\,");
    }

    /** Stands in a root that was mounted by the minder. It needs no mountpoint that the container's user may reach. */
    void enter(Step root) {
        writer.moveMount(Purpose.ROOT, root, "/");
        writer.plan.step(Purpose.ROOT, Call.FCHDIR, "root", root);
    }

    /**
     * Makes the folder one stands in the root, and lets the old one go at once: as long as that lies above the new one, a
     * link of the image to {@code /..} leads into it.
     */
    void pivot() {
        writer.plan.step(Purpose.ROOT, Call.PIVOT_ROOT, "., .", writer.plan.text("."), writer.plan.text("."));
        writer.plan.step(Purpose.ROOT, Call.UMOUNT2, "., MNT_DETACH", writer.plan.text("."), Mounts.MNT_DETACH);
        writer.chdir(Purpose.ROOT, "/");
    }

    /** For places where namespaces are forbidden: the oldest of the three techniques, alone. */
    void chroot(Path folder) {
        writer.chdir(Purpose.ROOT, folder.toString());
        writer.plan.step(Purpose.ROOT, Call.CHROOT, ".", writer.plan.text("."));
    }
}
