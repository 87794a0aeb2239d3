package ondol.linux;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Sets of capabilities: a container's default, those that a user asks for, those of this thread, and their form for
 * {@code capset} ({@code man 7 capabilities}, {@code man 2 capset}).
 */
public final class Capabilities {
    /** What a container has when nobody asks for more or less: the fourteen that Docker gives. */
    public static final Set<Capability> DEFAULT = Collections.unmodifiableSet(EnumSet.of(
            Capability.AUDIT_WRITE,
            Capability.CHOWN,
            Capability.DAC_OVERRIDE,
            Capability.FOWNER,
            Capability.FSETID,
            Capability.KILL,
            Capability.MKNOD,
            Capability.NET_BIND_SERVICE,
            Capability.NET_RAW,
            Capability.SETFCAP,
            Capability.SETGID,
            Capability.SETPCAP,
            Capability.SETUID,
            Capability.SYS_CHROOT));

    private static final String ALL = "ALL";
    private static final int VERSION_3 = 0x20080522;

    private Capabilities() {}

    /**
     * The five sets of a thread.
     *
     * @param bounding what the thread and its children can ever have: a container can be given no more
     */
    public record Sets(
            Set<Capability> inheritable,
            Set<Capability> permitted,
            Set<Capability> effective,
            Set<Capability> bounding,
            Set<Capability> ambient) {}

    /** The sets of the calling thread ({@code man 5 proc_pid_status}). */
    public static Sets current() {
        List<String> status = lines(Path.of("/proc/thread-self/status"));
        return new Sets(
                field(status, "CapInh:"),
                field(status, "CapPrm:"),
                field(status, "CapEff:"),
                field(status, "CapBnd:"),
                field(status, "CapAmb:"));
    }

    /** The number of the last capability that the running kernel knows; it may be above or below the last one here. */
    public static int last() {
        return Integer.parseInt(
                lines(Path.of("/proc/sys/kernel/cap_last_cap")).getFirst().strip());
    }

    /** Every capability that both the running kernel and {@link Capability} know. */
    public static Set<Capability> all() {
        int last = last();
        EnumSet<Capability> all = EnumSet.allOf(Capability.class);
        all.removeIf(capability -> capability.number() > last);
        return all;
    }

    /**
     * What a container has when a user adds and drops capabilities, by the rules of {@code docker run --cap-add
     * --cap-drop}: {@code ALL} added means all but those dropped; {@code ALL} dropped means only those added; otherwise
     * the default without those dropped and with those added, so that adding is stronger than dropping.
     *
     * @throws IllegalArgumentException where a name is unknown
     */
    public static Set<Capability> choose(Collection<String> add, Collection<String> drop) {
        Set<Capability> added = parse(add);
        Set<Capability> dropped = parse(drop);
        if (hasAll(add)) {
            Set<Capability> chosen = all();
            chosen.removeAll(dropped);
            return chosen;
        }
        if (hasAll(drop)) {
            return added;
        }
        Set<Capability> chosen = EnumSet.copyOf(DEFAULT);
        chosen.removeAll(dropped);
        chosen.addAll(added);
        return chosen;
    }

    /** The set as the kernel's 64 bits. */
    public static long mask(Set<Capability> capabilities) {
        long mask = 0;
        for (Capability capability : capabilities) {
            mask |= capability.bit();
        }
        return mask;
    }

    /** The capabilities of a mask; bits that {@link Capability} does not know are left out. */
    public static Set<Capability> ofMask(long mask) {
        EnumSet<Capability> set = EnumSet.allOf(Capability.class);
        set.removeIf(capability -> (mask & capability.bit()) == 0);
        return set;
    }

    /** The first argument of {@code capset}: {@code struct __user_cap_header_struct}, version 3, the calling thread. */
    public static byte[] capsetHeader() {
        return ByteBuffer.allocate(8)
                .order(ByteOrder.nativeOrder())
                .putInt(VERSION_3)
                .putInt(0)
                .array();
    }

    /** The second argument of {@code capset}: two {@code struct __user_cap_data_struct}, low halves first. */
    public static byte[] capsetData(long effective, long permitted, long inheritable) {
        ByteBuffer data = ByteBuffer.allocate(24).order(ByteOrder.nativeOrder());
        for (int shift = 0; shift <= 32; shift += 32) {
            data.putInt((int) (effective >>> shift));
            data.putInt((int) (permitted >>> shift));
            data.putInt((int) (inheritable >>> shift));
        }
        return data.array();
    }

    private static boolean hasAll(Collection<String> names) {
        return names.stream().anyMatch(Capabilities::isAll);
    }

    private static boolean isAll(String name) {
        return name.strip().toUpperCase(Locale.ROOT).equals(ALL);
    }

    private static Set<Capability> parse(Collection<String> names) {
        return names.stream()
                .filter(name -> !isAll(name))
                .map(Capability::parse)
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(Capability.class)));
    }

    private static Set<Capability> field(List<String> status, String name) {
        for (String line : status) {
            if (line.startsWith(name)) {
                return ofMask(
                        Long.parseUnsignedLong(line.substring(name.length()).strip(), 16));
            }
        }
        throw new IllegalStateException("/proc/thread-self/status has no line " + name);
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file + ", is /proc mounted?", e);
        }
    }
}
