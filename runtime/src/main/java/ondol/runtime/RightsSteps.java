package ondol.runtime;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import ondol.linux.Call;
import ondol.linux.Capabilities;
import ondol.linux.Capability;
import ondol.linux.Errno;
import ondol.linux.plan.Purpose;
import ondol.oci.runtime.User;
import org.jspecify.annotations.Nullable;

/**
 * What a process may do: its user, its capabilities ({@code man 7 capabilities}), its system calls ({@code man 2
 * seccomp}).
 */
final class RightsSteps {
    private static final int PR_SET_PDEATHSIG = 1;
    private static final int PR_SET_KEEPCAPS = 8;
    private static final int PR_CAPBSET_DROP = 24;
    private static final int PR_SET_NO_NEW_PRIVS = 38;
    private static final int PR_CAP_AMBIENT = 47;
    private static final int PR_CAP_AMBIENT_RAISE = 2;
    private static final int PR_CAP_AMBIENT_CLEAR_ALL = 4;
    private static final int SECCOMP_SET_MODE_FILTER = 1;
    private static final int KEYCTL_JOIN_SESSION_KEYRING = 1;
    private static final int SIGKILL = 9;
    private static final int LAST = Capabilities.last();

    private final PlanWriter writer;

    RightsSteps(PlanWriter writer) {
        this.writer = writer;
    }

    /** A keyring of its own, where the kernel has keyrings and lets us. */
    void keyring(String id) {
        writer.plan.lenient(
                Purpose.RIGHTS,
                Set.of(Errno.ENOSYS, Errno.EPERM, Errno.EDQUOT),
                Call.KEYCTL,
                "KEYCTL_JOIN_SESSION_KEYRING",
                KEYCTL_JOIN_SESSION_KEYRING,
                writer.plan.text("ondol-" + id));
    }

    /** In a user namespace: from nobody known there, who made or joined it, to its root. */
    void becomeRoot() {
        writer.plan.step(Purpose.RIGHTS, Call.SETGROUPS, "[]", 0, 0);
        writer.plan.step(Purpose.RIGHTS, Call.SETRESGID, "0", 0, 0, 0);
        writer.plan.step(Purpose.RIGHTS, Call.SETRESUID, "0", 0, 0, 0);
    }

    /**
     * Takes on the user, the capabilities and the filter. Without {@code noNewPrivileges} a filter can be set only by one
     * who still has CAP_SYS_ADMIN, so it comes first; with it, last.
     */
    void restrict(
            ondol.oci.runtime.@Nullable Capabilities capabilities,
            User user,
            boolean noNewPrivileges,
            Bundle.@Nullable Filter filter) {
        if (!noNewPrivileges) {
            seccomp(filter);
        }
        long bounding = Capabilities.mask(parse(capabilities == null ? null : capabilities.bounding()));
        for (int number = 0; number <= LAST; number++) {
            if ((bounding & 1L << number) == 0) {
                writer.prctl(Purpose.RIGHTS, "PR_CAPBSET_DROP, " + number, PR_CAPBSET_DROP, number);
            }
        }
        become(user);
        capset(capabilities);
        if (noNewPrivileges) {
            writer.prctl(Purpose.RIGHTS, "PR_SET_NO_NEW_PRIVS", PR_SET_NO_NEW_PRIVS, 1);
            seccomp(filter);
        }
    }

    /** The process does not outlive its minder. */
    void dieWithMinder() {
        writer.prctl(Purpose.PROCESS, "PR_SET_PDEATHSIG, SIGKILL", PR_SET_PDEATHSIG, SIGKILL);
    }

    private void become(User user) {
        List<Long> groups = user.additionalGids() == null ? List.of() : user.additionalGids();
        ByteBuffer list = ByteBuffer.allocate(Math.max(4, 4 * groups.size())).order(ByteOrder.LITTLE_ENDIAN);
        groups.forEach(group -> list.putInt(group.intValue()));
        writer.plan.step(
                Purpose.RIGHTS, Call.SETGROUPS, groups.toString(), groups.size(), writer.plan.bytes(list.array()));
        writer.prctl(Purpose.RIGHTS, "PR_SET_KEEPCAPS, 1", PR_SET_KEEPCAPS, 1);
        long gid = user.gid();
        long uid = user.uid();
        writer.plan.step(Purpose.RIGHTS, Call.SETRESGID, String.valueOf(gid), gid, gid, gid);
        writer.plan.step(Purpose.RIGHTS, Call.SETRESUID, String.valueOf(uid), uid, uid, uid);
        writer.prctl(Purpose.RIGHTS, "PR_SET_KEEPCAPS, 0", PR_SET_KEEPCAPS, 0);
    }

    private void capset(ondol.oci.runtime.@Nullable Capabilities capabilities) {
        Set<Capability> effective = parse(capabilities == null ? null : capabilities.effective());
        Set<Capability> permitted = parse(capabilities == null ? null : capabilities.permitted());
        Set<Capability> inheritable = parse(capabilities == null ? null : capabilities.inheritable());
        Set<Capability> ambient = parse(capabilities == null ? null : capabilities.ambient());
        writer.plan.step(
                Purpose.RIGHTS,
                Call.CAPSET,
                effective.stream().map(Capability::manual).sorted().collect(Collectors.joining(" ")),
                writer.plan.bytes(Capabilities.capsetHeader()),
                writer.plan.bytes(Capabilities.capsetData(
                        Capabilities.mask(effective), Capabilities.mask(permitted), Capabilities.mask(inheritable))));
        writer.plan.lenient(
                Purpose.RIGHTS,
                Set.of(Errno.EINVAL),
                Call.PRCTL,
                "PR_CAP_AMBIENT_CLEAR_ALL",
                PR_CAP_AMBIENT,
                PR_CAP_AMBIENT_CLEAR_ALL,
                0,
                0,
                0);
        for (Capability capability : ambient) {
            writer.plan.step(
                    Purpose.RIGHTS,
                    Call.PRCTL,
                    "PR_CAP_AMBIENT_RAISE, " + capability.manual(),
                    PR_CAP_AMBIENT,
                    PR_CAP_AMBIENT_RAISE,
                    capability.number(),
                    0,
                    0);
        }
    }

    private void seccomp(Bundle.@Nullable Filter filter) {
        if (filter == null) {
            return;
        }
        // struct sock_fprog: the number of instructions, and, eight bytes on, their address
        byte[] program = ByteBuffer.allocate(16)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putShort((short) (filter.program().length / 8))
                .array();
        writer.plan.step(
                Purpose.RIGHTS,
                Call.SECCOMP,
                "SECCOMP_SET_MODE_FILTER, " + filter.program().length / 8 + " instructions",
                SECCOMP_SET_MODE_FILTER,
                filter.flags(),
                writer.plan.bytesWithPointer(program, 8, writer.plan.bytes(filter.program())));
    }

    private static Set<Capability> parse(@Nullable List<String> names) {
        Set<Capability> set = EnumSet.noneOf(Capability.class);
        if (names != null) {
            names.forEach(name -> set.add(Capability.parse(name)));
        }
        return set;
    }
}
