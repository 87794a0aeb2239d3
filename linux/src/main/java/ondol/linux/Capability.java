package ondol.linux;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * One of the privileges that the kernel splits root's power into ({@code man 7 capabilities}). The order is the kernel's
 * own ({@code linux/capability.h}): a capability's number is its ordinal.
 */
@SuppressWarnings("EnumOrdinal") // the kernel's list is only ever appended to
public enum Capability {
    CHOWN,
    DAC_OVERRIDE,
    DAC_READ_SEARCH,
    FOWNER,
    FSETID,
    KILL,
    SETGID,
    SETUID,
    SETPCAP,
    LINUX_IMMUTABLE,
    NET_BIND_SERVICE,
    NET_BROADCAST,
    NET_ADMIN,
    NET_RAW,
    IPC_LOCK,
    IPC_OWNER,
    SYS_MODULE,
    SYS_RAWIO,
    SYS_CHROOT,
    SYS_PTRACE,
    SYS_PACCT,
    SYS_ADMIN,
    SYS_BOOT,
    SYS_NICE,
    SYS_RESOURCE,
    SYS_TIME,
    SYS_TTY_CONFIG,
    MKNOD,
    LEASE,
    AUDIT_WRITE,
    AUDIT_CONTROL,
    SETFCAP,
    MAC_OVERRIDE,
    MAC_ADMIN,
    SYSLOG,
    WAKE_ALARM,
    BLOCK_SUSPEND,
    AUDIT_READ,
    PERFMON,
    BPF,
    CHECKPOINT_RESTORE;

    private static final String PREFIX = "CAP_";

    /** By name and by number: a container's five sets are looked up each time that a process is made in it. */
    private static final Map<String, Capability> BY_WORD = byWord();

    private static Map<String, Capability> byWord() {
        Map<String, Capability> all = new HashMap<>();
        for (Capability capability : values()) {
            all.put(capability.name(), capability);
            all.put(Integer.toString(capability.ordinal()), capability);
        }
        return Map.copyOf(all);
    }

    /** The kernel's number, from 0. */
    public int number() {
        return ordinal();
    }

    /** This capability alone as a mask. */
    public long bit() {
        return 1L << ordinal();
    }

    /** The name as the manual and OCI's {@code config.json} have it, such as {@code CAP_SYS_ADMIN}. */
    public String manual() {
        return PREFIX + name();
    }

    /**
     * Reads a capability as users write it: {@code CAP_SYS_ADMIN}, {@code sys_admin} or {@code 21}.
     *
     * @throws IllegalArgumentException where there is none of that name or number
     */
    public static Capability parse(String text) {
        String name = text.strip().toUpperCase(Locale.ROOT);
        if (name.startsWith(PREFIX)) {
            name = name.substring(PREFIX.length());
        }
        Capability found = BY_WORD.get(name);
        if (found != null) {
            return found;
        }
        throw new IllegalArgumentException(
                "unknown capability \"%s\": write a name such as NET_ADMIN or CAP_NET_ADMIN, or a number from 0 to %d"
                        .formatted(text, values().length - 1));
    }
}
