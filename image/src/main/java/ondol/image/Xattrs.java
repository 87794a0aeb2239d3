package ondol.image;

import java.util.Map;
import java.util.TreeMap;
import ondol.linux.Descriptor;
import ondol.linux.Errno;
import ondol.linux.KernelException;
import ondol.linux.Xattr;

/**
 * The extended attributes that travel with images: file capabilities, access control lists and what users set. Others
 * belong to the machine ({@code security.selinux}) or steer the overlay ({@code trusted.overlay.*}), which no stranger's
 * tar may do.
 */
final class Xattrs {
    private Xattrs() {}

    static boolean travels(String name) {
        return name.equals("security.capability")
                || name.startsWith("system.posix_acl_")
                || (name.startsWith("user.") && !name.startsWith("user.overlay."));
    }

    /** Those of an open file that travel, by name. */
    static Map<String, byte[]> of(Descriptor file) {
        Map<String, byte[]> xattrs = new TreeMap<>();
        for (String name : Xattr.list(file)) {
            byte[] value = travels(name) ? Xattr.get(file, name) : null;
            if (value != null) {
                xattrs.put(name, value);
            }
        }
        return xattrs;
    }

    /** Sets those that travel on an open file or folder, as far as its filesystem has such. */
    static void apply(Map<String, byte[]> xattrs, Descriptor file) {
        xattrs.forEach((name, value) -> {
            if (travels(name)) {
                try {
                    Xattr.set(file, name, value);
                } catch (KernelException e) {
                    if (e.errno() != Errno.ENOTSUP) {
                        throw e;
                    }
                }
            }
        });
    }
}
