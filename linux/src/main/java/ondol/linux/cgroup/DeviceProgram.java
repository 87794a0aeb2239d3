package ondol.linux.cgroup;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/**
 * Device rules as a BPF program of type {@code BPF_PROG_TYPE_CGROUP_DEVICE}, whose instructions are described in <a
 * href="https://docs.kernel.org/bpf/standardization/instruction-set.html">BPF instruction set</a>. The kernel runs it
 * whenever a process of the group opens or makes a device node; it returns 1 to allow and 0 to deny.
 *
 * <p>Later rules win, per right: the program asks the rules from the last to the first and keeps in a register which of
 * the wanted rights no rule has decided yet. A rule that denies one of them ends with 0, one that allows the last of them
 * with 1, and what no rule decides is denied.
 */
final class DeviceProgram {
    /** Bytes of one instruction: {@code struct bpf_insn} of {@code linux/bpf.h}. */
    static final int INSTRUCTION = 8;

    private static final int LOAD_WORD = 0x61;
    private static final int AND_64 = 0x57;
    private static final int SHIFT_RIGHT_64 = 0x77;
    private static final int MOVE_64 = 0xb7;
    private static final int MOVE_REGISTER_64 = 0xbf;
    private static final int JUMP_EQUAL = 0x15;
    private static final int JUMP_NOT_EQUAL = 0x55;
    private static final int EXIT = 0x95;

    /** The result. */
    private static final int R0 = 0;
    /** {@code struct bpf_cgroup_dev_ctx *}: access_type, major, minor, each of four bytes. */
    private static final int CONTEXT = 1;

    private static final int UNDECIDED = 2;
    private static final int TYPE = 3;
    private static final int MAJOR = 4;
    private static final int MINOR = 5;

    // BPF_DEVCG_* of linux/bpf.h
    private static final int MKNOD = 1;
    private static final int READ = 2;
    private static final int WRITE = 4;
    private static final int BLOCK = 1;
    private static final int CHARACTER = 2;

    private final List<Long> instructions = new ArrayList<>();

    private DeviceProgram() {}

    /** Whether the rules deny nothing, so that no program is needed. */
    static boolean allowsAll(List<DeviceRule> rules) {
        return rules.size() == 1 && rules.getFirst().allow() && rules.getFirst().decidesAll();
    }

    /** The rules without those that later ones make void. */
    static List<DeviceRule> relevant(List<DeviceRule> rules) {
        for (int i = rules.size() - 1; i >= 0; i--) {
            if (rules.get(i).decidesAll()) {
                // a rule that denies everything is the default
                return List.copyOf(rules.subList(rules.get(i).allow() ? i : i + 1, rules.size()));
            }
        }
        return List.copyOf(rules);
    }

    /** The instructions, in memory of the arena. */
    static MemorySegment assemble(List<DeviceRule> rules, Arena arena) {
        DeviceProgram program = new DeviceProgram();
        program.prologue();
        for (DeviceRule rule : rules.reversed()) {
            program.rule(rule);
        }
        program.end(0);
        MemorySegment code = arena.allocate((long) program.instructions.size() * INSTRUCTION, 8);
        for (int i = 0; i < program.instructions.size(); i++) {
            code.setAtIndex(ValueLayout.JAVA_LONG, i, program.instructions.get(i));
        }
        return code;
    }

    /** access_type is the wanted rights in its upper half and the type in its lower. */
    private void prologue() {
        add(LOAD_WORD, UNDECIDED, CONTEXT, 0, 0);
        add(MOVE_REGISTER_64, TYPE, UNDECIDED, 0, 0);
        add(AND_64, TYPE, 0, 0, 0xffff);
        add(SHIFT_RIGHT_64, UNDECIDED, 0, 0, 16);
        add(LOAD_WORD, MAJOR, CONTEXT, 4, 0);
        add(LOAD_WORD, MINOR, CONTEXT, 8, 0);
    }

    private void rule(DeviceRule rule) {
        int verdict = rule.allow() ? 4 : 5;
        int tests = (rule.type() == 'a' ? 0 : 1) + (rule.major() == null ? 0 : 1) + (rule.minor() == null ? 0 : 1);
        if (rule.type() != 'a') {
            add(JUMP_NOT_EQUAL, TYPE, 0, --tests + verdict, rule.type() == 'b' ? BLOCK : CHARACTER);
        }
        if (rule.major() != null) {
            add(JUMP_NOT_EQUAL, MAJOR, 0, --tests + verdict, rule.major().intValue());
        }
        if (rule.minor() != null) {
            add(JUMP_NOT_EQUAL, MINOR, 0, --tests + verdict, rule.minor().intValue());
        }
        int rights = (rule.has('m') ? MKNOD : 0) | (rule.has('r') ? READ : 0) | (rule.has('w') ? WRITE : 0);
        if (rule.allow()) {
            add(AND_64, UNDECIDED, 0, 0, ~rights);
            add(JUMP_NOT_EQUAL, UNDECIDED, 0, 2, 0);
            end(1);
        } else {
            add(MOVE_REGISTER_64, R0, UNDECIDED, 0, 0);
            add(AND_64, R0, 0, 0, rights);
            add(JUMP_EQUAL, R0, 0, 2, 0);
            end(0);
        }
    }

    private void end(int result) {
        add(MOVE_64, R0, 0, 0, result);
        add(EXIT, 0, 0, 0, 0);
    }

    /** {@code code:8, dst_reg:4, src_reg:4, off:16, imm:32}, little-endian as both machines that we run on are. */
    private void add(int code, int destination, int source, int offset, int immediate) {
        instructions.add(code
                | (long) destination << 8
                | (long) source << 12
                | (long) (offset & 0xffff) << 16
                | (long) immediate << 32);
    }
}
