package ondol.linux.cgroup;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import ondol.linux.Errno;
import ondol.linux.KernelException;
import org.jspecify.annotations.Nullable;

/** Writes limits into a group's files and turns the kernel's refusals into sentences. */
final class SettingsWriter {
    private record Written(String file, String before) {}

    private final Cgroup group;
    private final boolean restore;
    private final Deque<Written> undo = new ArrayDeque<>();

    /** @param restore whether to put back what was there where a limit is refused */
    SettingsWriter(Cgroup group, boolean restore) {
        this.group = group;
        this.restore = restore;
    }

    /**
     * Writes each. Some limits bound each other (memory and memory with swap, quota and burst), and which must go first
     * depends on whether they grow or shrink: what is refused at first is tried again after the others.
     */
    void write(List<Setting> settings) {
        List<Setting> refused = new ArrayList<>();
        try {
            for (Setting setting : settings) {
                int result = write(setting);
                if (result == -Errno.EINVAL.number() || result == -Errno.EBUSY.number()) {
                    refused.add(setting);
                } else if (result < 0) {
                    throw refusal(setting, Errno.of(-result));
                }
            }
            for (Setting setting : refused) {
                int result = write(setting);
                if (result < 0) {
                    throw refusal(setting, Errno.of(-result));
                }
            }
            settings.forEach(this::checkCpuset);
        } catch (RuntimeException e) {
            putBack();
            throw e;
        }
    }

    private int write(Setting setting) {
        String file = file(setting);
        String before = restore ? before(file) : null;
        int result = GroupFiles.write(file, setting.value());
        if (result == 0 && before != null) {
            String back = PutBack.value(setting, before.strip());
            if (back != null) {
                undo.push(new Written(file, back));
            }
        }
        return result;
    }

    private static @Nullable String before(String file) {
        try {
            return GroupFiles.readOrNull(file);
        } catch (KernelException e) {
            return null; // a file that is only written, as devices.allow
        }
    }

    /** v2 takes processors that are not there, and then uses the parent's: a limit ignored in silence. */
    private void checkCpuset(Setting setting) {
        if (setting.controller() != Controller.CPUSET || !group.v2(Controller.CPUSET)) {
            return;
        }
        String effective = GroupFiles.readOrNull(file(setting) + ".effective");
        if (effective != null) {
            BitSet missing = numbers(setting.value());
            missing.andNot(numbers(effective.strip()));
            if (!missing.isEmpty()) {
                throw LimitException.invalid(
                        setting.limit(),
                        "'%s' has %s, which the parent group does not have; say some of %s",
                        setting.value(),
                        missing,
                        effective.strip());
            }
        }
    }

    /** The numbers of a list such as {@code 0-2,4}. */
    static BitSet numbers(String list) {
        BitSet numbers = new BitSet();
        for (String range : list.isEmpty() ? new String[0] : list.split(",")) {
            String[] ends = range.split("-");
            numbers.set(Integer.parseInt(ends[0]), Integer.parseInt(ends[ends.length - 1]) + 1);
        }
        return numbers;
    }

    /** Undoes what was written. */
    void putBack() {
        List<Written> refused = new ArrayList<>();
        for (Written written : undo) {
            if (GroupFiles.write(written.file(), written.before()) < 0) {
                refused.add(written);
            }
        }
        // the same order problem as in writing; a limit that still does not go back has its new, valid value
        refused.forEach(written -> GroupFiles.write(written.file(), written.before()));
    }

    private String file(Setting setting) {
        String directory = setting.controller() == null ? group.unified() : group.directory(setting.controller());
        return Objects.requireNonNull(directory) + "/" + setting.file();
    }

    private RuntimeException refusal(Setting setting, Errno errno) {
        String wanted = "'%s' in %s".formatted(setting.value(), file(setting));
        return switch (errno) {
            case ENOENT ->
                new LimitException(
                        LimitException.Reason.UNSUPPORTED,
                        setting.limit(),
                        "this kernel has no %s; leave the limit out%s".formatted(setting.file(), hint(setting)));
            case ENOTSUP ->
                new LimitException(
                        LimitException.Reason.UNSUPPORTED, setting.limit(), "the kernel does not support " + wanted);
            case ENODEV, ENXIO ->
                new LimitException(
                        LimitException.Reason.INVALID,
                        setting.limit(),
                        "there is no such block device for %s; say the numbers of a whole disk".formatted(wanted));
            case EBUSY ->
                new LimitException(
                        LimitException.Reason.BUSY,
                        setting.limit(),
                        "the kernel refuses %s: more than that is in use; stop something in the container or say more"
                                .formatted(wanted));
            case EINVAL, ERANGE, ENOSPC, EACCES ->
                new LimitException(
                        LimitException.Reason.INVALID,
                        setting.limit(),
                        "the kernel refuses %s (%s)%s".formatted(wanted, errno.words(), hint(setting)));
            default -> new KernelException("write", setting.limit() + ": " + wanted, errno);
        };
    }

    private static String hint(Setting setting) {
        return switch (setting.limit()) {
            case "memory.limit", "memory.swap" ->
                setting.file().contains("swap") || setting.file().contains("memsw")
                        ? "; swap must be counted (kernel option swapaccount), and memory.swap not be less than memory.limit"
                        : "; memory.limit must not be more than memory.swap, update both together";
            case "cpu.realtimeRuntime", "cpu.realtimePeriod" ->
                "; the parent groups must have as much realtime for their children";
            case "cpu.cpus", "cpu.mems" ->
                "; say processors and memory nodes that are online and that the parent group has";
            case "cpu.quota", "cpu.period", "cpu.burst" ->
                "; the burst is at most the quota, and the parent groups' limits hold too";
            case "cpu.shares" -> "; an idle group has no shares";
            default -> "";
        };
    }
}
