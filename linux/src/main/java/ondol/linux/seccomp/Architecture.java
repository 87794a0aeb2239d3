package ondol.linux.seccomp;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The architectures whose programs run on the machines that Ondol runs on. The kernel shows x32 as x86-64 with one more
 * bit in the call's number, so a half of the numbers belongs to each.
 */
enum Architecture {
    X86_64("amd64", 0xc000003e, 0xc000003e, true, 0, 0x3fffffffL),
    X32("amd64", 0x4000003e, 0xc000003e, false, 0x40000000L, 0xffffffffL),
    X86("amd64", 0x40000003, 0x40000003, false, 0, 0xffffffffL),
    AARCH64("arm64", 0xc00000b7, 0xc00000b7, true, 0, 0xffffffffL),
    ARM("arm64", 0x40000028, 0x40000028, false, 0, 0xffffffffL);

    private final String machine;
    private final int token;
    private final int auditToken;
    private final boolean wide;
    private final long firstNumber;
    private final long lastNumber;

    Architecture(String machine, int token, int auditToken, boolean wide, long firstNumber, long lastNumber) {
        this.machine = machine;
        this.token = token;
        this.auditToken = auditToken;
        this.wide = wide;
        this.firstNumber = firstNumber;
        this.lastNumber = lastNumber;
    }

    /** The machine's own architecture. */
    static Architecture nativeOf(Machine machine) {
        return machine.architecture().equals("arm64") ? AARCH64 : X86_64;
    }

    /** By libseccomp's token; empty for an architecture that no program on this machine can have. */
    static Optional<Architecture> find(int token, Machine machine) {
        return Arrays.stream(values())
                .filter(one -> one.token == token && one.machine.equals(machine.architecture()))
                .findFirst();
    }

    /** Those that the kernel shows by the same token, which are told apart by the calls' numbers. */
    List<Architecture> sharing() {
        return Arrays.stream(values())
                .filter(one -> one.auditToken == auditToken)
                .toList();
    }

    /** {@code SCMP_ARCH_…} ({@code seccomp.h}). */
    int token() {
        return token;
    }

    /** {@code AUDIT_ARCH_…} ({@code linux/audit.h}), as in {@code struct seccomp_data}. */
    int auditToken() {
        return auditToken;
    }

    /** Whether arguments have 64 bits; of narrow ones only the low 32 count. */
    boolean wide() {
        return wide;
    }

    long firstNumber() {
        return firstNumber;
    }

    long lastNumber() {
        return lastNumber;
    }
}
