package ondol.linux.seccomp;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import ondol.linux.Capability;
import org.jspecify.annotations.Nullable;

/**
 * A seccomp profile as {@code linux.seccomp} of the OCI runtime specification has it ({@code config-linux.md#seccomp}).
 *
 * @param defaultAction what happens to a call that no rule matches
 * @param defaultErrnoRet the error number of a default {@code ERRNO} or {@code TRACE}, 0 to 4095; null means 1 (EPERM)
 * @param architectures beside the machine's own, as {@code SCMP_ARCH_X86_64}
 * @param flags how the program is loaded, as {@code SECCOMP_FILTER_FLAG_LOG}; null means as runtimes usually do
 * @param syscalls the rules; among rules of one call with arguments, any may match
 */
public record SeccompProfile(
        Action defaultAction,
        @Nullable Integer defaultErrnoRet,
        List<String> architectures,
        @Nullable List<String> flags,
        List<Rule> syscalls) {
    private static final int MAX_ERRNO = 4095;
    private static final long FLAG_SPEC_ALLOW = 4;

    public SeccompProfile {
        architectures = List.copyOf(architectures);
        flags = flags == null ? null : List.copyOf(flags);
        syscalls = List.copyOf(syscalls);
        checkErrno(defaultErrnoRet);
    }

    /**
     * What happens to some calls.
     *
     * @param names the calls; names that this machine's libseccomp does not know are passed over
     * @param errnoRet the error number of {@code ERRNO} or {@code TRACE}, 0 to 4095; null means 1 (EPERM)
     * @param args conditions that must all hold; none means always. Where two are about the same argument, each is a rule
     *     of its own
     */
    public record Rule(
            List<String> names, Action action, @Nullable Integer errnoRet, List<Argument> args) {
        public Rule {
            names = List.copyOf(names);
            args = List.copyOf(args);
            checkErrno(errnoRet);
        }

        /** Allows calls whatever their arguments are. */
        public static Rule allow(List<String> names) {
            return new Rule(names, Action.ALLOW, null, List.of());
        }

        /** Allows a call where one condition holds. */
        public static Rule allow(String name, Argument argument) {
            return new Rule(List.of(name), Action.ALLOW, null, List.of(argument));
        }
    }

    /**
     * A condition on one argument of a call.
     *
     * @param index which argument, 0 to 5
     * @param value what it is compared with, unsigned; the mask of {@code MASKED_EQ}
     * @param valueTwo what the masked argument is compared with, for {@code MASKED_EQ} alone
     */
    public record Argument(int index, long value, long valueTwo, Operator op) {
        public Argument {
            if (index < 0 || index > 5) {
                throw new IllegalArgumentException(
                        "seccomp profile: argument index %d is not from 0 to 5".formatted(index));
            }
        }
    }

    /** What the kernel does with a call; {@code NOTIFY} is missing, because nothing here would answer. */
    public enum Action {
        KILL(0x00000000),
        KILL_THREAD(0x00000000),
        KILL_PROCESS(0x80000000),
        TRAP(0x00030000),
        ERRNO(0x00050000),
        TRACE(0x7ff00000),
        LOG(0x7ffc0000),
        ALLOW(0x7fff0000);

        private final int code;

        Action(int code) {
            this.code = code;
        }

        /** The number that the program returns ({@code linux/seccomp.h}, {@code SECCOMP_RET_…}), with its data. */
        int code(@Nullable Integer errno) {
            boolean hasData = this == ERRNO || this == TRACE;
            return hasData ? code | (errno == null ? 1 : errno) : code;
        }

        /**
         * Reads {@code SCMP_ACT_ALLOW} and the like.
         *
         * @throws IllegalArgumentException where the action is unknown or not supported
         */
        public static Action parse(String text) {
            return named(Action.class, "SCMP_ACT_", text, "action");
        }
    }

    /** How an argument is compared, unsigned. */
    @SuppressWarnings("EnumOrdinal") // in the order of enum scmp_compare
    public enum Operator {
        NE,
        LT,
        LE,
        EQ,
        GE,
        GT,
        MASKED_EQ;

        /** The number in {@code enum scmp_compare}. */
        int number() {
            return ordinal() + 1;
        }

        /**
         * Reads {@code SCMP_CMP_EQ} and the like.
         *
         * @throws IllegalArgumentException where it is none
         */
        public static Operator parse(String text) {
            return named(Operator.class, "SCMP_CMP_", text, "op");
        }
    }

    /**
     * Reads a profile as Docker's {@code --security-opt seccomp=FILE} takes it: this shape, with conditions on
     * capabilities, architectures and kernels, which are decided here.
     *
     * @param json the file's text, at most one mebibyte
     * @param bounding the container's bounding set
     * @throws IllegalArgumentException with a sentence that says what is wrong and where
     */
    public static SeccompProfile parse(String json, Set<Capability> bounding) {
        return ProfileFile.read(json).resolve(bounding, Machine.current());
    }

    /**
     * The second argument of {@code seccomp(SECCOMP_SET_MODE_FILTER, flags, program)}. A profile without flags gets what
     * runc gives it: speculation as any process has it.
     *
     * @throws IllegalArgumentException where a flag is unknown
     */
    public long loadFlags() {
        if (flags == null) {
            return FLAG_SPEC_ALLOW;
        }
        long bits = 0;
        for (String flag : flags) {
            bits |= switch (flag) {
                case "SECCOMP_FILTER_FLAG_TSYNC" -> 1;
                case "SECCOMP_FILTER_FLAG_LOG" -> 2;
                case "SECCOMP_FILTER_FLAG_SPEC_ALLOW" -> FLAG_SPEC_ALLOW;
                case "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV" ->
                    throw new IllegalArgumentException(
                            "seccomp profile: flag " + flag + " is for SCMP_ACT_NOTIFY, which is not supported");
                default -> throw new IllegalArgumentException("seccomp profile: flag \"" + flag + "\" is unknown");
            };
        }
        return bits;
    }

    private static void checkErrno(@Nullable Integer errno) {
        if (errno != null && (errno < 0 || errno > MAX_ERRNO)) {
            throw new IllegalArgumentException(
                    "seccomp profile: errnoRet %d is not from 0 to %d".formatted(errno, MAX_ERRNO));
        }
    }

    private static <E extends Enum<E>> E named(Class<E> type, String prefix, String text, String what) {
        E[] known = type.getEnumConstants();
        for (E one : known) {
            if (text.equals(prefix + one.name())) {
                return one;
            }
        }
        throw new IllegalArgumentException("seccomp profile: %s \"%s\" is not supported, use one of %s"
                .formatted(
                        what,
                        text,
                        Arrays.stream(known).map(one -> prefix + one.name()).collect(Collectors.joining(", "))));
    }
}
