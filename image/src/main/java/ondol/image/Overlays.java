package ondol.image;

import ondol.linux.Descriptor;
import ondol.linux.Xattr;

/** How an overlay's folders say what a plain folder cannot (kernel documentation, filesystems/overlayfs). */
final class Overlays {
    static final String OPAQUE = "trusted.overlay.opaque";
    static final String REDIRECT = "trusted.overlay.redirect";
    static final String METACOPY = "trusted.overlay.metacopy";
    /** The magic number of {@code statfs(2)}. */
    static final long MAGIC = 0x794c7630L;

    private static final byte[] YES = {'y'};

    private Overlays() {}

    /** Whether a folder hides what lies below it. */
    static boolean isOpaque(Descriptor folder) {
        byte[] value = Xattr.get(folder, OPAQUE);
        return value != null && value.length == 1 && value[0] == 'y';
    }

    /** Makes a folder hide what lies below it. The descriptor is not O_PATH. */
    static void setOpaque(Descriptor folder) {
        Xattr.set(folder, OPAQUE, YES);
    }

    /** As {@link #setOpaque(Descriptor)}, for a name in a folder. */
    static void setOpaque(Descriptor folder, String name) {
        Xattr.set(folder, name, OPAQUE, YES);
    }
}
