package ondol.linux.cgroup;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import ondol.linux.Call;
import ondol.linux.Descriptor;
import ondol.linux.Errno;
import ondol.linux.Kernel;
import ondol.linux.KernelException;

/** The commands of {@code man 2 bpf} that device programs need; offsets are those of {@code union bpf_attr}. */
final class Bpf {
    private static final int PROG_LOAD = 5;
    private static final int PROG_ATTACH = 8;
    private static final int PROG_DETACH = 9;
    private static final int PROG_GET_FD_BY_ID = 13;
    private static final int OBJ_GET_INFO_BY_FD = 15;
    private static final int PROG_QUERY = 16;

    private static final int PROG_TYPE_CGROUP_DEVICE = 15;
    private static final int CGROUP_DEVICE = 6;
    private static final int ALLOW_MULTI = 2;
    private static final int REPLACE = 4;

    private static final int ATTR_BYTES = 128;
    private static final int MOST_PROGRAMS = 64;

    private Bpf() {}

    private static int bpf(int command, MemorySegment attr, String shown) {
        return Kernel.callInt(Call.BPF, shown, command, attr.address(), ATTR_BYTES);
    }

    /** Loads a program of type CGROUP_DEVICE. */
    static Descriptor load(MemorySegment instructions, Arena arena) {
        MemorySegment attr = arena.allocate(ATTR_BYTES, 8);
        attr.set(JAVA_INT, 0, PROG_TYPE_CGROUP_DEVICE);
        attr.set(JAVA_INT, 4, (int) (instructions.byteSize() / DeviceProgram.INSTRUCTION));
        attr.set(JAVA_LONG, 8, instructions.address());
        // the licence matters only to programs that call the kernel's functions; this one calls none
        attr.set(JAVA_LONG, 16, Kernel.text(arena, "none").address());
        MemorySegment.copy(MemorySegment.ofArray("ondol_devices".getBytes(StandardCharsets.US_ASCII)), 0, attr, 48, 13);
        return new Descriptor(bpf(PROG_LOAD, attr, "BPF_PROG_LOAD, CGROUP_DEVICE"), "device program");
    }

    /** Attaches a program beside those that are there; all must allow. */
    static void attach(Descriptor group, Descriptor program) {
        attach(group, program, ALLOW_MULTI, 0);
    }

    /** Attaches a program in the place of another, with no moment between. */
    static void replace(Descriptor group, Descriptor program, Descriptor old) {
        attach(group, program, ALLOW_MULTI | REPLACE, old.number());
    }

    private static void attach(Descriptor group, Descriptor program, int flags, int old) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attr = arena.allocate(ATTR_BYTES, 8);
            attr.set(JAVA_INT, 0, group.number());
            attr.set(JAVA_INT, 4, program.number());
            attr.set(JAVA_INT, 8, CGROUP_DEVICE);
            attr.set(JAVA_INT, 12, flags);
            attr.set(JAVA_INT, 16, old);
            bpf(PROG_ATTACH, attr, "BPF_PROG_ATTACH, CGROUP_DEVICE, " + group);
        }
    }

    static void detach(Descriptor group, Descriptor program) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attr = arena.allocate(ATTR_BYTES, 8);
            attr.set(JAVA_INT, 0, group.number());
            attr.set(JAVA_INT, 4, program.number());
            attr.set(JAVA_INT, 8, CGROUP_DEVICE);
            bpf(PROG_DETACH, attr, "BPF_PROG_DETACH, CGROUP_DEVICE, " + group);
        }
    }

    /** The numbers of the device programs that are attached to the group itself. */
    static List<Integer> attached(Descriptor group) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment ids = arena.allocate(JAVA_INT, MOST_PROGRAMS);
            MemorySegment attr = arena.allocate(ATTR_BYTES, 8);
            attr.set(JAVA_INT, 0, group.number());
            attr.set(JAVA_INT, 4, CGROUP_DEVICE);
            attr.set(JAVA_LONG, 16, ids.address());
            attr.set(JAVA_INT, 24, MOST_PROGRAMS);
            bpf(PROG_QUERY, attr, "BPF_PROG_QUERY, CGROUP_DEVICE, " + group);
            List<Integer> found = new ArrayList<>();
            for (int i = 0; i < attr.get(JAVA_INT, 24); i++) {
                found.add(ids.getAtIndex(JAVA_INT, i));
            }
            return found;
        }
    }

    static Descriptor open(int id) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attr = arena.allocate(ATTR_BYTES, 8);
            attr.set(JAVA_INT, 0, id);
            return new Descriptor(bpf(PROG_GET_FD_BY_ID, attr, "BPF_PROG_GET_FD_BY_ID, " + id), "device program " + id);
        }
    }

    /** The kernel's number of a loaded program: the second word of {@code struct bpf_prog_info}. */
    static int id(Descriptor program) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment info = arena.allocate(256, 8);
            MemorySegment attr = arena.allocate(ATTR_BYTES, 8);
            attr.set(JAVA_INT, 0, program.number());
            attr.set(JAVA_INT, 4, (int) info.byteSize());
            attr.set(JAVA_LONG, 8, info.address());
            bpf(OBJ_GET_INFO_BY_FD, attr, "BPF_OBJ_GET_INFO_BY_FD, " + program);
            return info.get(JAVA_INT, 4);
        }
    }

    /** Whether an error says that this kernel has no programs for devices, rather than that something went wrong. */
    static boolean isMissing(KernelException e) {
        return e.call().equals(Call.BPF.manual()) && (e.errno() == Errno.EINVAL || e.errno() == Errno.ENOSYS);
    }
}
