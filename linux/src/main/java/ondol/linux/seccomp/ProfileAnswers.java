package ondol.linux.seccomp;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import ondol.linux.Errno;
import ondol.linux.Kernel;
import ondol.linux.seccomp.Answer.Condition;
import ondol.linux.seccomp.Answer.Test;
import ondol.linux.seccomp.CallNumbers.Way;
import ondol.linux.seccomp.SeccompProfile.Action;
import ondol.linux.seccomp.SeccompProfile.Argument;
import ondol.linux.seccomp.SeccompProfile.Rule;

/**
 * What a profile answers, by architecture and call number.
 *
 * <p>Where the profile refuses what it does not name, calls with a number above all that it speaks of fail with ENOSYS:
 * its authors could not know them, and C libraries fall back to an older call on ENOSYS but give up on EPERM. runc does
 * the same, so that a container sees the same errors under both.
 */
final class ProfileAnswers {
    private static final String ARCHITECTURE_PREFIX = "SCMP_ARCH_";

    /** For the calls of architectures that the profile does not have. */
    static final int OTHER_ARCHITECTURE = Action.KILL.code(null);

    /** What a tracer sets a call's number to so that it is skipped ({@code man 2 seccomp}); it has no architecture. */
    private static final long SKIPPED = 0xffffffffL;

    private final Libseccomp seccomp;
    private final SeccompProfile profile;
    private final Machine machine;
    private final int otherwise;
    private final Set<Architecture> architectures;
    private final Map<Architecture, Map<Integer, List<Test>>> tests = new EnumMap<>(Architecture.class);
    private final Map<Architecture, Integer> lastNumbers = new EnumMap<>(Architecture.class);

    ProfileAnswers(Libseccomp seccomp, Arena arena, SeccompProfile profile, Machine machine) {
        this.seccomp = seccomp;
        this.profile = profile;
        this.machine = machine;
        this.otherwise = profile.defaultAction().code(profile.defaultErrnoRet());
        this.architectures = architectures(arena);
        CallNumbers numbers = new CallNumbers(seccomp, arena);
        for (Rule rule : profile.syscalls()) {
            for (String name : rule.names()) {
                if (numbers.isKnown(name)) {
                    add(numbers, name, rule);
                }
            }
        }
    }

    /** By {@code AUDIT_ARCH_…}, the machine's own first; calls of all others get {@link #OTHER_ARCHITECTURE}. */
    SequencedMap<Integer, Ranges> byAuditToken() {
        SequencedMap<Integer, Ranges> all = new LinkedHashMap<>();
        for (Architecture one : architectures) {
            Ranges ranges = all.computeIfAbsent(one.auditToken(), token -> of(one.sharing()));
            tests.getOrDefault(one, Map.of()).forEach((call, list) -> {
                long number = Integer.toUnsignedLong(call);
                ranges.set(number, number, Answer.of(list, otherwise));
            });
            Integer last = lastNumbers.get(one);
            if (last != null && refusesByDefault()) {
                int code = Action.ERRNO.code(Errno.ENOSYS.number());
                ranges.set(last + 1L, one.lastNumber(), new Answer.Always(code));
            }
        }
        return all;
    }

    private Ranges of(List<Architecture> sharing) {
        Ranges ranges = new Ranges(new Answer.Always(otherwise));
        for (Architecture one : sharing) {
            if (!architectures.contains(one)) {
                long last = Math.min(one.lastNumber(), SKIPPED - 1);
                ranges.set(one.firstNumber(), last, new Answer.Always(OTHER_ARCHITECTURE));
            }
        }
        return ranges;
    }

    private Set<Architecture> architectures(Arena arena) {
        Set<Architecture> found = EnumSet.of(Architecture.nativeOf(machine));
        for (String name : new HashSet<>(profile.architectures())) {
            int token = 0;
            if (name.startsWith(ARCHITECTURE_PREFIX)) {
                String known = name.substring(ARCHITECTURE_PREFIX.length()).toLowerCase(Locale.ROOT);
                token = seccomp.invokeInt(
                        "seccomp_arch_resolve_name", Kernel.text(arena, known).address());
            }
            if (token == 0) {
                throw new IllegalArgumentException(
                        "seccomp profile: libseccomp %s does not know the architecture \"%s\", write for example SCMP_ARCH_X86_64"
                                .formatted(seccomp.version(), name));
            }
            Architecture.find(token, machine).ifPresent(found::add);
        }
        return found;
    }

    private void add(CallNumbers numbers, String name, Rule rule) {
        for (Architecture one : architectures) {
            int number = numbers.number(one, name);
            if (number >= 0) {
                lastNumbers.merge(one, number, Math::max);
            }
            if (rule.action().code(rule.errnoRet()) == otherwise) {
                continue; // says nothing that holds not already, and stands in no other rule's way
            }
            for (Way way : numbers.ways(one, number)) {
                List<Test> list = tests.computeIfAbsent(one, any -> new HashMap<>())
                        .computeIfAbsent(way.number(), any -> new ArrayList<>());
                for (List<Argument> arguments : alternatives(rule.args())) {
                    list.add(test(rule, way.select(arguments), one.wide()));
                }
            }
        }
    }

    /** Conditions must all hold, but where two are about one argument each is a rule of its own. */
    private static List<List<Argument>> alternatives(List<Argument> arguments) {
        long different = arguments.stream().map(Argument::index).distinct().count();
        return different == arguments.size()
                ? List.of(arguments)
                : arguments.stream().map(List::of).toList();
    }

    private static Test test(Rule rule, List<Argument> arguments, boolean wide) {
        List<Condition> conditions = arguments.stream()
                .map(argument -> Condition.of(argument, wide))
                .filter(condition -> !condition.alwaysHolds())
                .sorted(Comparator.comparing(Condition::index))
                .toList();
        return new Test(conditions, rule.action().code(rule.errnoRet()));
    }

    private boolean refusesByDefault() {
        Action action = profile.defaultAction();
        return action != Action.ALLOW && action != Action.LOG && otherwise != Action.ERRNO.code(Errno.ENOSYS.number());
    }
}
