package ondol.linux.seccomp;

import io.avaje.jsonb.Jsonb;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import ondol.linux.Capability;
import ondol.linux.Errno;
import ondol.linux.seccomp.SeccompProfile.Action;
import ondol.linux.seccomp.SeccompProfile.Argument;
import ondol.linux.seccomp.SeccompProfile.Operator;
import ondol.linux.seccomp.SeccompProfile.Rule;

/**
 * The policy of a container that asks for none: it allows and refuses exactly what Docker's default does. What is not
 * named fails with EPERM; what the kernel would check a capability for is allowed where the container has it. The names
 * are data (default-policy.json); the few rules on arguments are here.
 */
public final class DefaultProfile {
    private static final String RESOURCE = "default-policy.json";

    /** Flags of clone that make a namespace: mnt, cgroup, uts, ipc, user, pid, net ({@code linux/sched.h}). */
    private static final long NEW_NAMESPACES =
            0x00020000 | 0x02000000 | 0x04000000 | 0x08000000 | 0x10000000 | 0x20000000 | 0x40000000;

    private static final int AF_ALG = 38;
    private static final int AF_VSOCK = 40;

    /** Linux; 16-bit user ids; the same two with addresses as before 2.6.8; and -1, which only asks. */
    private static final List<Long> PERSONALITIES = List.of(0x0L, 0x8L, 0x20000L, 0x20008L, 0xffffffffL);

    private DefaultProfile() {}

    /**
     * The default profile for the running machine.
     *
     * @param bounding the container's bounding set
     */
    public static SeccompProfile forCapabilities(Set<Capability> bounding) {
        return of(bounding, Machine.current());
    }

    static SeccompProfile of(Set<Capability> bounding, Machine machine) {
        DefaultPolicy policy = policy();
        List<Rule> rules = new ArrayList<>();
        rules.add(Rule.allow(policy.always()));
        policy.kernel().forEach((version, names) -> {
            if (machine.kernelIsAtLeast(version)) {
                rules.add(Rule.allow(names));
            }
        });
        rules.add(Rule.allow(policy.architecture().getOrDefault(machine.architecture(), List.of())));
        for (Capability capability : bounding) {
            rules.add(Rule.allow(policy.capability().getOrDefault(capability.manual(), List.of())));
        }
        rules.addAll(sockets());
        for (long personality : PERSONALITIES) {
            rules.add(Rule.allow("personality", new Argument(0, personality, 0, Operator.EQ)));
        }
        if (!bounding.contains(Capability.SYS_ADMIN)) {
            rules.addAll(processes());
        }
        rules.removeIf(rule -> rule.names().isEmpty());
        return new SeccompProfile(Action.ERRNO, Errno.EPERM.number(), machine.architectures(), null, rules);
    }

    /** AF_ALG has a history of holes, and AF_VSOCK knows no network namespaces; every other family may be opened. */
    private static List<Rule> sockets() {
        return List.of(
                Rule.allow("socket", new Argument(0, AF_ALG, 0, Operator.LT)),
                Rule.allow("socket", new Argument(0, AF_ALG + 1, 0, Operator.EQ)),
                Rule.allow("socket", new Argument(0, AF_VSOCK, 0, Operator.GT)));
    }

    /** A program cannot read clone3's flags behind their pointer; ENOSYS sends C libraries to clone. */
    private static List<Rule> processes() {
        return List.of(
                Rule.allow("clone", new Argument(0, NEW_NAMESPACES, 0, Operator.MASKED_EQ)),
                new Rule(List.of("clone3"), Action.ERRNO, Errno.ENOSYS.number(), List.of()));
    }

    private static DefaultPolicy policy() {
        try (InputStream in = DefaultProfile.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new IllegalStateException("this build lacks " + RESOURCE);
            }
            return Jsonb.instance().type(DefaultPolicy.class).fromJson(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
