package ondol.linux.seccomp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.abort;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import ondol.linux.Capabilities;
import ondol.linux.Capability;
import ondol.linux.Errno;
import ondol.linux.KernelException;
import ondol.linux.seccomp.SeccompProfile.Action;
import ondol.linux.seccomp.SeccompProfile.Argument;
import ondol.linux.seccomp.SeccompProfile.Operator;
import ondol.linux.seccomp.SeccompProfile.Rule;
import org.junit.jupiter.api.Test;

/** Our programs answer as libseccomp's do: for all numbers that calls have, and for arguments at the rules' borders. */
class RangeProgramTest {
    private static final Machine INTEL = new Machine("amd64", "SCMP_ARCH_X86_64", "6.8");
    private static final Machine ARM = new Machine("arm64", "SCMP_ARCH_AARCH64", "6.8");
    private static final int UNKNOWN_ARCHITECTURE = 0x12345678;
    private static final int X32_BIT = 0x40000000;
    private static final int ARM_PRIVATE = 0xf0000;

    private final Random random = new Random(1);
    private final Libseccomp seccomp = library();

    private static Libseccomp library() {
        try {
            return Libseccomp.load();
        } catch (IllegalStateException e) {
            return abort("libseccomp.so.2 is not installed");
        }
    }

    @Test
    void defaultPolicyOfManyCapabilitySets() {
        List<Set<Capability>> sets =
                new ArrayList<>(List.of(Set.of(), Capabilities.DEFAULT, EnumSet.allOf(Capability.class)));
        for (Capability one : Capability.values()) {
            sets.add(Set.of(one));
        }
        for (Set<Capability> set : sets) {
            compare(DefaultProfile.of(set, INTEL), INTEL);
        }
        compare(DefaultProfile.of(Capabilities.DEFAULT, ARM), ARM);
        compare(DefaultProfile.of(EnumSet.allOf(Capability.class), ARM), ARM);
    }

    @Test
    void programsAreSmall() {
        SeccompProfile profile = DefaultProfile.of(Capabilities.DEFAULT, INTEL);
        byte[] ours = SeccompCompiler.program(seccomp, profile, INTEL);
        assertThat(ours.length * 3).isLessThan(LibseccompFilter.program(seccomp, profile, INTEL).length);
    }

    @Test
    void everyDefaultActionAndArchitecture() {
        List<Rule> rules = List.of(
                Rule.allow(List.of("read", "write", "openat", "socket", "semget", "shmat", "accept", "no_such_call")),
                new Rule(List.of("mount", "umount2", "recvmmsg"), Action.ERRNO, 42, List.of()),
                new Rule(List.of("read", "ptrace"), Action.KILL_PROCESS, null, List.of()),
                new Rule(List.of("bpf"), Action.TRACE, 7, List.of()),
                Rule.allow("bind", new Argument(1, 77, 0, Operator.EQ)),
                Rule.allow("semctl", new Argument(0, 3, 0, Operator.GE)));
        for (Action action : Action.values()) {
            for (List<String> more : List.of(
                    List.<String>of(),
                    List.of("SCMP_ARCH_X86"),
                    List.of("SCMP_ARCH_X32"),
                    List.of("SCMP_ARCH_X86", "SCMP_ARCH_X32"))) {
                compare(new SeccompProfile(action, null, more, null, rules), INTEL);
                compare(new SeccompProfile(action, null, more, null, List.of()), INTEL);
            }
            compare(new SeccompProfile(action, 38, List.of("SCMP_ARCH_ARM"), null, rules), ARM);
        }
    }

    /** On 32-bit x86 these calls can be made by numbers of their own and through socketcall or ipc. */
    @Test
    void callsThatShareANumber() {
        List<String> names = List.of(
                ("socket bind connect listen accept getsockname getpeername socketpair send recv sendto recvfrom shutdown"
                                + " setsockopt getsockopt sendmsg recvmsg accept4 recvmmsg sendmmsg semop semget semctl"
                                + " semtimedop msgsnd msgrcv msgget msgctl shmat shmdt shmget shmctl")
                        .split(" "));
        for (String name : names) {
            compare(profile(Action.LOG, List.of(Rule.allow(List.of(name)))), INTEL);
            compare(profile(Action.LOG, List.of(Rule.allow(name, new Argument(0, 5, 0, Operator.EQ)))), INTEL);
            compare(profile(Action.LOG, List.of(Rule.allow(name, new Argument(1, 5, 0, Operator.GT)))), INTEL);
        }
    }

    @Test
    void everyOperator() {
        for (Operator operator : Operator.values()) {
            for (long value : new long[] {0, 5, 0xffffffffL, 1L << 32, 0x7_00000003L, -1, -2}) {
                Argument argument = new Argument(2, value, random.nextLong() & value, operator);
                Rule rule = Rule.allow("prctl", argument);
                Rule two = new Rule(
                        List.of("ioctl"), Action.ALLOW, null, List.of(argument, new Argument(0, 9, 0, Operator.LT)));
                compare(profile(Action.ERRNO, List.of(rule, two)), INTEL);
                compare(
                        profile(Action.LOG, List.of(new Rule(List.of("futex"), Action.TRAP, null, List.of(argument)))),
                        INTEL);
            }
        }
    }

    @Test
    void jumpsReachFar() {
        List<String> names =
                DefaultProfile.of(Set.of(), INTEL).syscalls().getFirst().names();
        List<Rule> rules = IntStream.range(0, 150)
                .mapToObj(i -> Rule.allow(names.get(i), new Argument(i % 6, i, 0, Operator.GE)))
                .toList();
        compare(profile(Action.ERRNO, rules), INTEL);
    }

    @Test
    void saysThatAProgramIsTooLong() {
        List<Rule> rules = IntStream.range(0, 2000)
                .mapToObj(i -> Rule.allow("prctl", new Argument(1, i, 0, Operator.EQ)))
                .toList();
        assertThatThrownBy(() -> SeccompCompiler.program(seccomp, profile(Action.ERRNO, rules), INTEL))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("and the kernel takes 4096");
    }

    /** Several rules on one argument of one call; where they contradict each other, libseccomp refuses many. */
    @Test
    void rulesOnOneArgument() {
        int compared = 0;
        for (int i = 0; i < 400; i++) {
            SeccompProfile profile = profile(Action.KILL_PROCESS, randomRules(1, i % 2 == 0, false));
            try {
                compare(profile, INTEL);
                compared++;
            } catch (KernelException e) {
                assertThat(e.errno()).isEqualTo(Errno.EEXIST);
            }
        }
        assertThat(compared).isGreaterThan(200);
    }

    /**
     * libseccomp (2.5.4) gets wrong what several rules allow together when they are about several arguments or about
     * values of more than 32 bits, so here the rules themselves say what is right.
     */
    @Test
    void rulesOnSeveralArguments() {
        int connect = 42;
        for (int i = 0; i < 500; i++) {
            List<Rule> rules = randomRules(1 + i % 3, false, true);
            SeccompProfile profile = profile(Action.KILL_PROCESS, rules);
            Bpf program = new Bpf(SeccompCompiler.program(seccomp, profile, INTEL));
            for (long[] values : arguments(profile)) {
                boolean allowed = rules.stream().anyMatch(rule -> holds(rule, values));
                assertThat(program.run(Architecture.X86_64.auditToken(), connect, values))
                        .as("%s under %s", Arrays.toString(values), rules)
                        .isEqualTo((allowed ? Action.ALLOW : Action.KILL_PROCESS).code(null));
            }
        }
    }

    private static boolean holds(Rule rule, long[] values) {
        return rule.args().stream().allMatch(argument -> {
            long value = values[argument.index()];
            int order = Long.compareUnsigned(value, argument.value());
            return switch (argument.op()) {
                case NE -> order != 0;
                case LT -> order < 0;
                case LE -> order <= 0;
                case EQ -> order == 0;
                case GE -> order >= 0;
                case GT -> order > 0;
                case MASKED_EQ -> ((value ^ argument.valueTwo()) & argument.value()) == 0;
            };
        });
    }

    private List<Rule> randomRules(int mostArguments, boolean mixed, boolean large) {
        List<Rule> rules = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            List<Argument> arguments = new ArrayList<>();
            int count = 1 + random.nextInt(mostArguments);
            for (int index = random.nextInt(mostArguments); arguments.size() < count; index++) {
                arguments.add(new Argument(index, randomValue(large), randomValue(large), randomOperator()));
            }
            Action action = mixed && random.nextBoolean() ? Action.ERRNO : Action.ALLOW;
            rules.add(new Rule(List.of("connect"), action, null, arguments));
        }
        return rules;
    }

    private long randomValue(boolean large) {
        return random.nextInt(6) | (large && random.nextInt(4) == 0 ? 1L << 32 : 0);
    }

    private Operator randomOperator() {
        return Operator.values()[random.nextInt(Operator.values().length)];
    }

    private static SeccompProfile profile(Action action, List<Rule> rules) {
        return new SeccompProfile(action, null, List.of("SCMP_ARCH_X86", "SCMP_ARCH_X32"), null, rules);
    }

    private void compare(SeccompProfile profile, Machine machine) {
        Bpf theirs = new Bpf(LibseccompFilter.program(seccomp, profile, machine));
        Bpf ours = new Bpf(SeccompCompiler.program(seccomp, profile, machine));
        for (int architecture : architectures()) {
            numbers().forEach(number -> same(profile, ours, theirs, architecture, number, new long[6]));
        }
        try (Arena arena = Arena.ofConfined()) {
            CallNumbers numbers = new CallNumbers(seccomp, arena);
            List<long[]> arguments = arguments(profile);
            for (Architecture one : Architecture.values()) {
                callsWithConditions(profile)
                        .flatMap(name -> numbers.ways(one, numbers.number(one, name)).stream())
                        .forEach(way -> arguments.forEach(values -> {
                            same(profile, ours, theirs, one.auditToken(), way.number(), values);
                        }));
            }
        }
    }

    private static void same(
            SeccompProfile profile, Bpf ours, Bpf theirs, int architecture, int number, long[] arguments) {
        int wanted = theirs.run(architecture, number, arguments);
        int answer = ours.run(architecture, number, arguments);
        if (answer != wanted) {
            assertThat(answer)
                    .as("call %x of %x with %s under %s", number, architecture, Arrays.toString(arguments), profile)
                    .isEqualTo(wanted);
        }
    }

    private static IntStream numbers() {
        return IntStream.concat(
                IntStream.of(-1, -2, 0x3fffffff, 0x7fffffff, 0x80000000, 0xbfffffff, 0xc0000000),
                IntStream.of(0, X32_BIT, ARM_PRIVATE, 0x80000000).flatMap(base -> IntStream.range(base, base + 1024)));
    }

    private static Stream<String> callsWithConditions(SeccompProfile profile) {
        return profile.syscalls().stream()
                .filter(rule -> !rule.args().isEmpty())
                .flatMap(rule -> rule.names().stream())
                .distinct();
    }

    private static Set<Integer> architectures() {
        Set<Integer> tokens = new HashSet<>(Set.of(UNKNOWN_ARCHITECTURE));
        for (Architecture one : Architecture.values()) {
            tokens.add(one.auditToken());
        }
        return tokens;
    }

    /** What socketcall and ipc are told by their first; and some at and beside the values that the profile's conditions name. */
    private List<long[]> arguments(SeccompProfile profile) {
        List<Argument> conditions = profile.syscalls().stream()
                .flatMap(rule -> rule.args().stream())
                .toList();
        List<long[]> all = new ArrayList<>();
        for (int selector = 0; selector < 32; selector++) {
            all.add(new long[] {selector, 6, 0, 0, 0, 0});
        }
        for (int i = 0; i < (conditions.isEmpty() ? 0 : 30); i++) {
            long[] values = new long[6];
            for (Argument one : conditions) {
                if (values[one.index()] == 0 || random.nextBoolean()) {
                    values[one.index()] = beside(one);
                }
            }
            all.add(values);
        }
        return all;
    }

    private long beside(Argument argument) {
        long word = 1L << 32;
        long value = argument.op() == Operator.MASKED_EQ ? argument.valueTwo() : argument.value();
        return switch (random.nextInt(8)) {
            case 0 -> value - 1;
            case 1 -> value + 1;
            case 2 -> value + word;
            case 3 -> value - word;
            case 4 -> value | (random.nextLong() & ~argument.value());
            case 5 -> random.nextInt(8);
            case 6 -> value & 0xffffffffL;
            default -> value;
        };
    }
}
