package ondol.linux.seccomp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.EnumSet;
import java.util.HashSet;
import java.util.Set;
import ondol.linux.Call;
import ondol.linux.Capabilities;
import ondol.linux.Capability;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the default policy answers, decided by running its program on calls that nobody makes. */
class DefaultProfileTest {
    private static final int ALLOW = 0x7fff0000;
    private static final int EPERM = 0x00050001;
    private static final int ENOSYS = 0x00050026;
    private static final int X86_64 = 0xc000003e;
    private static final int X86 = 0x40000003;

    private final SeccompCompiler compiler = new SeccompCompiler();

    @BeforeEach
    void numbersAreOfThisMachine() {
        assumeTrue(System.getProperty("os.arch").equals("amd64"), "call numbers in this test are of x86-64");
        assumeTrue(
                java.nio.file.Files.exists(java.nio.file.Path.of("/usr/lib/x86_64-linux-gnu/libseccomp.so.2"))
                        || java.nio.file.Files.exists(java.nio.file.Path.of("/usr/lib64/libseccomp.so.2")),
                "libseccomp.so.2 is not installed");
    }

    private Bpf program(Set<Capability> capabilities) {
        return new Bpf(compiler.compile(DefaultProfile.forCapabilities(capabilities)));
    }

    @Test
    void allowsWhatProgramsNeedAndRefusesWhatTheHostFears() {
        Bpf program = program(Capabilities.DEFAULT);
        for (Call call : Set.of(Call.READ, Call.EXECVE, Call.CHROOT, Call.MKNODAT, Call.CHDIR, Call.PRLIMIT64)) {
            assertThat(program.run(X86_64, call.number())).as(call.manual()).isEqualTo(ALLOW);
        }
        for (Call call : Set.of(Call.MOUNT, Call.SETNS, Call.UNSHARE, Call.BPF, Call.KEYCTL, Call.QUOTACTL)) {
            assertThat(program.run(X86_64, call.number())).as(call.manual()).isEqualTo(EPERM);
        }
        int reboot = 169;
        int ptrace = 101;
        int ioUringSetup = 425;
        assertThat(program.run(X86_64, reboot)).isEqualTo(EPERM);
        assertThat(program.run(X86_64, ptrace)).isEqualTo(ALLOW);
        assertThat(program.run(X86_64, ioUringSetup)).isEqualTo(EPERM);
    }

    @Test
    void capabilitiesOpenWhatTheKernelChecksThemFor() {
        Set<Capability> more = EnumSet.copyOf(Capabilities.DEFAULT);
        more.add(Capability.SYS_ADMIN);
        Bpf program = program(more);
        assertThat(program.run(X86_64, Call.MOUNT.number())).isEqualTo(ALLOW);
        assertThat(program.run(X86_64, Call.CLONE3.number())).isEqualTo(ALLOW);
        Bpf none = program(Set.of());
        assertThat(none.run(X86_64, Call.CHROOT.number())).isEqualTo(EPERM);
        assertThat(none.run(X86_64, Call.CLONE3.number())).isEqualTo(ENOSYS);
    }

    @Test
    void looksAtArguments() {
        Bpf program = program(Capabilities.DEFAULT);
        int socket = Call.SOCKET.number();
        for (int family = 0; family < 46; family++) {
            boolean refused = family == 38 || family == 40;
            assertThat(program.run(X86_64, socket, family))
                    .as("family " + family)
                    .isEqualTo(refused ? EPERM : ALLOW);
        }
        int clone = 56;
        int thread = 0x3d0f00;
        assertThat(program.run(X86_64, clone, thread)).isEqualTo(ALLOW);
        for (int namespace : new int[] {0x20000, 1 << 25, 1 << 26, 1 << 27, 1 << 28, 1 << 29, 1 << 30}) {
            assertThat(program.run(X86_64, clone, thread | namespace)).isEqualTo(EPERM);
        }
        int personality = 135;
        assertThat(program.run(X86_64, personality, 0x0008)).isEqualTo(ALLOW);
        assertThat(program.run(X86_64, personality, 0xffffffffL)).isEqualTo(ALLOW);
        assertThat(program.run(X86_64, personality, 0x40000)).isEqualTo(EPERM);
    }

    @Test
    void newerCallsAreUnknownInsteadOfForbidden() {
        Bpf program = program(Capabilities.DEFAULT);
        assertThat(program.run(X86_64, 900)).isEqualTo(ENOSYS);
        assertThat(program.run(X86, 900)).isEqualTo(ENOSYS);
        assertThat(program.run(X86_64, 0x40000000 + 900)).isEqualTo(ENOSYS);
        int getpidOfX32 = 0x40000000 + 39;
        int getpidOfX86 = 20;
        int mountOfX86 = 21;
        assertThat(program.run(X86_64, getpidOfX32)).isEqualTo(ALLOW);
        assertThat(program.run(X86, getpidOfX86)).isEqualTo(ALLOW);
        assertThat(program.run(X86, mountOfX86)).isEqualTo(EPERM);
        int killOfOtherMachines = program.run(0x40000028, 1);
        assertThat(killOfOtherMachines).isNotEqualTo(ALLOW);
    }

    @Test
    void namesAreWrittenOnce() {
        var seen = new HashSet<String>();
        DefaultProfile.forCapabilities(Set.of()).syscalls().stream()
                .filter(rule -> rule.args().isEmpty())
                .flatMap(rule -> rule.names().stream())
                .forEach(name -> assertThat(seen.add(name)).as(name).isTrue());
        assertThat(seen).hasSizeGreaterThan(350);
    }
}
