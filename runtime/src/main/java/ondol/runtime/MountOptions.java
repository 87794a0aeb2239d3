package ondol.runtime;

import static java.util.Map.entry;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import ondol.linux.Mounts;
import org.jspecify.annotations.Nullable;

/**
 * The options of one mount of a {@code config.json} (OCI runtime specification, section Linux Mount Options), sorted into
 * what the kernel's calls take.
 *
 * @param flags {@code MS_*} to set
 * @param cleared {@code MS_*} to clear
 * @param recursive attributes ({@code MOUNT_ATTR_*}) for the mount and all below it ({@code rro}, …)
 * @param propagation {@code MS_SHARED}, … possibly with {@code MS_REC}; 0 where nothing is said
 * @param data the rest, for the file system itself
 * @param copyUp whether what the image has at the place is copied into the new tmpfs
 * @param noLinks whether the source's path must be free of links ({@link #NO_LINKS})
 * @param subpath which folder of an overlay is mounted ({@link #SUBPATH}); empty for all of it
 */
record MountOptions(
        long flags,
        long cleared,
        long recursive,
        long propagation,
        String data,
        boolean copyUp,
        boolean noLinks,
        String subpath) {
    /** An option of ours, for sources in places that other containers can change: no link on the way is followed. */
    static final String NO_LINKS = "x-ondol-nolinks";

    /** An option of ours, before a path in what is mounted. */
    static final String SUBPATH = "x-ondol-subpath=";

    private static final Map<String, Long> SET = Map.ofEntries(
            entry("ro", Mounts.MS_RDONLY),
            entry("nosuid", Mounts.MS_NOSUID),
            entry("nodev", Mounts.MS_NODEV),
            entry("noexec", Mounts.MS_NOEXEC),
            entry("sync", Mounts.MS_SYNCHRONOUS),
            entry("remount", Mounts.MS_REMOUNT),
            entry("mand", Mounts.MS_MANDLOCK),
            entry("dirsync", Mounts.MS_DIRSYNC),
            entry("nosymfollow", Mounts.MS_NOSYMFOLLOW),
            entry("noatime", Mounts.MS_NOATIME),
            entry("nodiratime", Mounts.MS_NODIRATIME),
            entry("bind", Mounts.MS_BIND),
            entry("rbind", Mounts.MS_BIND | Mounts.MS_REC),
            entry("silent", Mounts.MS_SILENT),
            entry("relatime", Mounts.MS_RELATIME),
            entry("strictatime", Mounts.MS_STRICTATIME),
            entry("lazytime", Mounts.MS_LAZYTIME));
    private static final Map<String, Long> CLEAR = Map.ofEntries(
            entry("rw", Mounts.MS_RDONLY),
            entry("suid", Mounts.MS_NOSUID),
            entry("dev", Mounts.MS_NODEV),
            entry("exec", Mounts.MS_NOEXEC),
            entry("async", Mounts.MS_SYNCHRONOUS),
            entry("nomand", Mounts.MS_MANDLOCK),
            entry("symfollow", Mounts.MS_NOSYMFOLLOW),
            entry("atime", Mounts.MS_NOATIME),
            entry("diratime", Mounts.MS_NODIRATIME),
            entry("loud", Mounts.MS_SILENT),
            entry("norelatime", Mounts.MS_RELATIME),
            entry("nostrictatime", Mounts.MS_STRICTATIME),
            entry("nolazytime", Mounts.MS_LAZYTIME),
            entry("defaults", 0L));
    private static final Map<String, Long> PROPAGATION = Map.of(
            "private",
            Mounts.MS_PRIVATE,
            "rprivate",
            Mounts.MS_PRIVATE | Mounts.MS_REC,
            "shared",
            Mounts.MS_SHARED,
            "rshared",
            Mounts.MS_SHARED | Mounts.MS_REC,
            "slave",
            Mounts.MS_SLAVE,
            "rslave",
            Mounts.MS_SLAVE | Mounts.MS_REC,
            "unbindable",
            Mounts.MS_UNBINDABLE,
            "runbindable",
            Mounts.MS_UNBINDABLE | Mounts.MS_REC);
    private static final Map<String, Long> RECURSIVE = Map.of(
            "rro", Mounts.MOUNT_ATTR_RDONLY,
            "rnosuid", Mounts.MOUNT_ATTR_NOSUID,
            "rnodev", Mounts.MOUNT_ATTR_NODEV,
            "rnoexec", Mounts.MOUNT_ATTR_NOEXEC,
            "rnoatime", Mounts.MOUNT_ATTR_NOATIME,
            "rnodiratime", Mounts.MOUNT_ATTR_NODIRATIME,
            "rnosymfollow", Mounts.MOUNT_ATTR_NOSYMFOLLOW);

    static MountOptions parse(@Nullable List<String> options) {
        long flags = 0;
        long cleared = 0;
        long recursive = 0;
        long propagation = 0;
        boolean copyUp = false;
        boolean noLinks = false;
        String subpath = "";
        List<String> data = new ArrayList<>();
        for (String option : options == null ? List.<String>of() : options) {
            if (SET.containsKey(option)) {
                flags |= SET.get(option);
            } else if (CLEAR.containsKey(option)) {
                cleared |= CLEAR.get(option);
                flags &= ~CLEAR.get(option);
            } else if (PROPAGATION.containsKey(option)) {
                propagation = PROPAGATION.get(option);
            } else if (RECURSIVE.containsKey(option)) {
                recursive |= RECURSIVE.get(option);
            } else if (option.equals("tmpcopyup")) {
                copyUp = true;
            } else if (option.equals(NO_LINKS)) {
                noLinks = true;
            } else if (option.startsWith(SUBPATH)) {
                subpath = option.substring(SUBPATH.length());
            } else if (!option.isEmpty()) {
                data.add(option);
            }
        }
        return new MountOptions(
                flags, cleared, recursive, propagation, String.join(",", data), copyUp, noLinks, subpath);
    }

    boolean bind() {
        return (flags & Mounts.MS_BIND) != 0;
    }

    boolean recursiveBind() {
        return bind() && (flags & Mounts.MS_REC) != 0;
    }

    /** The flags as {@code MOUNT_ATTR_*}, for {@code mount_setattr} on a bind mount. */
    long attributes() {
        long attributes = 0;
        attributes |= (flags & Mounts.MS_RDONLY) != 0 ? Mounts.MOUNT_ATTR_RDONLY : 0;
        attributes |= (flags & Mounts.MS_NOSUID) != 0 ? Mounts.MOUNT_ATTR_NOSUID : 0;
        attributes |= (flags & Mounts.MS_NODEV) != 0 ? Mounts.MOUNT_ATTR_NODEV : 0;
        attributes |= (flags & Mounts.MS_NOEXEC) != 0 ? Mounts.MOUNT_ATTR_NOEXEC : 0;
        attributes |= (flags & Mounts.MS_NOATIME) != 0 ? Mounts.MOUNT_ATTR_NOATIME : 0;
        attributes |= (flags & Mounts.MS_NODIRATIME) != 0 ? Mounts.MOUNT_ATTR_NODIRATIME : 0;
        attributes |= (flags & Mounts.MS_NOSYMFOLLOW) != 0 ? Mounts.MOUNT_ATTR_NOSYMFOLLOW : 0;
        return attributes;
    }

    /** As a reader would write the options, for the plan's explanation. */
    String shown() {
        return "flags 0x" + Long.toHexString(flags) + (data.isEmpty() ? "" : ", " + data);
    }
}
