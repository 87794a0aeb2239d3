package ondol.linux.seccomp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import ondol.linux.Call;
import ondol.linux.Capabilities;
import ondol.linux.Errno;
import ondol.linux.Kernel;
import ondol.linux.seccomp.SeccompProfile.Action;
import ondol.linux.seccomp.SeccompProfile.Argument;
import ondol.linux.seccomp.SeccompProfile.Operator;
import ondol.linux.seccomp.SeccompProfile.Rule;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Programs in the kernel: each test puts one thread of its own under a filter, and lets it end. */
class SeccompCompilerTest {
    private static final int PR_SET_NO_NEW_PRIVS = 38;
    private static final int SECCOMP_SET_MODE_FILTER = 1;
    private static final int CLONE_NEWUTS = 0x04000000;
    private static final int AF_VSOCK = 40;
    private static final int SOCK_STREAM = 1;

    @BeforeEach
    void libraryIsThere() {
        try {
            SymbolLookup.libraryLookup("libseccomp.so.2", Arena.global());
        } catch (IllegalArgumentException e) {
            assumeTrue(false, "libseccomp.so.2 is not installed");
        }
    }

    @SuppressWarnings("ArrayRecordComponent")
    private record Made(Call call, long... arguments) {}

    private static List<Long> under(SeccompProfile profile, List<Made> calls) throws InterruptedException {
        byte[] program = new SeccompCompiler().compile(profile);
        List<Long> answers = new ArrayList<>();
        Thread thread = Thread.ofPlatform().start(() -> {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment code = arena.allocate(program.length, 8);
                code.copyFrom(MemorySegment.ofArray(program));
                MemorySegment sockFprog = arena.allocate(16, 8);
                sockFprog.set(ValueLayout.JAVA_SHORT, 0, (short) (program.length / 8));
                sockFprog.set(ValueLayout.ADDRESS, 8, code);
                Kernel.call(Call.PRCTL, "no_new_privs", PR_SET_NO_NEW_PRIVS, 1);
                Kernel.call(Call.SECCOMP, "filter", SECCOMP_SET_MODE_FILTER, profile.loadFlags(), sockFprog.address());
            }
            for (Made made : calls) {
                answers.add(Kernel.raw(made.call, made.arguments));
            }
        });
        thread.join();
        return answers;
    }

    private static Made call(Call call, long... arguments) {
        return new Made(call, arguments);
    }

    private static long no(Errno errno) {
        return -errno.number();
    }

    @Test
    void kernelKeepsTheDefaultPolicy() throws Exception {
        SeccompProfile profile = DefaultProfile.forCapabilities(Capabilities.DEFAULT);
        List<Long> answers = under(
                profile,
                List.of(
                        call(Call.GETPID),
                        call(Call.UNSHARE, CLONE_NEWUTS),
                        call(Call.CLONE3, 0, 0),
                        call(Call.SOCKET, AF_VSOCK, SOCK_STREAM, 0),
                        call(Call.MOUNT, 0, 0, 0, 0, 0)));
        assertThat(answers)
                .containsExactly(
                        ProcessHandle.current().pid(),
                        no(Errno.EPERM),
                        no(Errno.ENOSYS),
                        no(Errno.EPERM),
                        no(Errno.EPERM));
    }

    @Test
    void kernelKeepsAProfileOfAFile() throws Exception {
        SeccompProfile profile = SeccompProfile.parse("""
                {"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
                  {"names": ["umask", "no_such_call"], "action": "SCMP_ACT_ERRNO", "errnoRet": 117, "args": []},
                  {"name": "setpriority", "action": "SCMP_ACT_ERRNO",
                   "args": [{"index": 1, "value": 18446744073709551615, "op": "SCMP_CMP_EQ"}]},
                  {"names": ["getuid"], "action": "SCMP_ACT_ERRNO", "includes": {"caps": ["CAP_SYS_ADMIN"]}},
                  {"names": ["getuid"], "action": "SCMP_ACT_ERRNO", "includes": {"minKernel": "99.1"}}
                ]}""", Capabilities.DEFAULT);
        List<Long> answers = under(
                profile,
                List.of(
                        call(Call.UMASK, 0x3f),
                        call(Call.SETPRIORITY, 0, -1, 0),
                        call(Call.SETPRIORITY, 0, 0x7ffffff0, 0),
                        call(Call.GETUID)));
        assertThat(answers).startsWith(no(Errno.EUCLEAN), no(Errno.EPERM), no(Errno.ESRCH));
        assertThat(answers.get(3)).isNotNegative();
    }

    @Test
    void conditionsOnOneArgumentAreAlternatives() {
        Rule rule = new Rule(
                List.of("umask"),
                Action.ALLOW,
                null,
                List.of(new Argument(0, 1, 0, Operator.EQ), new Argument(0, 2, 0, Operator.EQ)));
        Bpf program = new Bpf(
                new SeccompCompiler().compile(new SeccompProfile(Action.ERRNO, null, List.of(), null, List.of(rule))));
        int architecture = System.getProperty("os.arch").equals("aarch64") ? 0xc00000b7 : 0xc000003e;
        assertThat(List.of(1, 2, 3))
                .extracting(mask -> program.run(architecture, Call.UMASK.number(), mask))
                .containsExactly(0x7fff0000, 0x7fff0000, 0x00050001);
    }

    @Test
    void programsAreKeptInAFolder(@TempDir Path folder) throws IOException {
        SeccompProfile profile = DefaultProfile.forCapabilities(Set.of());
        byte[] first = new SeccompCompiler(folder).compile(profile);
        try (var files = Files.list(folder)) {
            Path file = files.findFirst().orElseThrow();
            assertThat(file).hasBinaryContent(first);
            byte[] other = new byte[] {6, 0, 0, 0, 0, 0, (byte) 0xff, 0x7f};
            Files.write(file, other);
            assertThat(new SeccompCompiler(folder).compile(profile)).isEqualTo(other);
            Files.write(file, new byte[3]);
            assertThat(new SeccompCompiler(folder).compile(profile)).isEqualTo(first);
        }
    }

    @Test
    void noProfileCanTakeAnothersPlace() {
        SeccompProfile one = new SeccompProfile(
                Action.ALLOW, null, List.of(), null, List.of(new Rule(List.of("a", "b"), Action.ERRNO, 1, List.of())));
        SeccompProfile other = new SeccompProfile(
                Action.ALLOW, null, List.of(), null, List.of(new Rule(List.of("a, b"), Action.ERRNO, 1, List.of())));
        assertThat(ProfileDigest.of(one, "2.5.4"))
                .isNotEqualTo(ProfileDigest.of(other, "2.5.4"))
                .isNotEqualTo(ProfileDigest.of(one, "2.5.5"));
    }

    @Test
    void saysWhatIsWrongWithAFile() {
        assertWrong("[1", "not the JSON of a profile");
        assertWrong("{}", "defaultAction is missing");
        assertWrong(
                "{\"defaultAction\": \"SCMP_ACT_MAYBE\"}", "action \"SCMP_ACT_MAYBE\" is not supported, use one of");
        assertWrong(
                "{\"defaultAction\": \"SCMP_ACT_ALLOW\", \"syscalls\": [{\"names\": [\"read\"]}]}",
                "action is missing (in syscalls[0])");
        assertWrong(
                "{\"defaultAction\": \"SCMP_ACT_ALLOW\", \"syscalls\": [{\"names\": [\"read\"],"
                        + " \"action\": \"SCMP_ACT_ERRNO\", \"args\": [{\"index\": 7, \"op\": \"SCMP_CMP_EQ\"}]}]}",
                "argument index 7 is not from 0 to 5 (in syscalls[0])");
        SeccompProfile unknown = new SeccompProfile(Action.ALLOW, null, List.of("SCMP_ARCH_VAX"), null, List.of());
        assertThatThrownBy(() -> new SeccompCompiler().compile(unknown))
                .hasMessageContaining("does not know the architecture \"SCMP_ARCH_VAX\"");
    }

    private static void assertWrong(String json, String sentence) {
        assertThatThrownBy(() -> SeccompProfile.parse(json, Set.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(sentence);
    }
}
