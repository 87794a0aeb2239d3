package ondol.linux.cgroup;

import java.lang.foreign.Arena;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import ondol.linux.Descriptor;
import ondol.linux.KernelException;

/**
 * Loaded device programs, by their rules. Loading one (the kernel proves it safe and compiles it) costs much more than
 * attaching it, and most containers have the same rules.
 */
final class DevicePrograms implements AutoCloseable {
    private static final int MOST_LOADED = 32;

    /** @param id the kernel's number of the program */
    private record Loaded(Descriptor program, int id) {}

    private final Map<List<DeviceRule>, Loaded> loaded = new LinkedHashMap<>(16, 0.75f, true);

    /**
     * Puts the rules in the place of those that the group has, if any, without a moment between.
     *
     * @param directory the group's, in the unified hierarchy
     * @throws LimitException where the kernel has no device programs
     */
    synchronized void replace(String directory, List<DeviceRule> rules) {
        List<DeviceRule> relevant = DeviceProgram.relevant(rules);
        try (Descriptor group = GroupFiles.directory(directory)) {
            List<Integer> old = Bpf.attached(group);
            if (DeviceProgram.allowsAll(relevant)) {
                old.forEach(id -> detach(group, id));
                return;
            }
            Loaded wanted = load(relevant);
            if (old.isEmpty()) {
                Bpf.attach(group, wanted.program());
            } else if (!old.contains(wanted.id())) {
                try (Descriptor first = Bpf.open(old.getFirst())) {
                    Bpf.replace(group, wanted.program(), first);
                }
            }
            // more than one is what an interrupted update of another program would leave
            old.stream().skip(1).filter(id -> id != wanted.id()).forEach(id -> detach(group, id));
        } catch (KernelException e) {
            if (!Bpf.isMissing(e)) {
                throw e;
            }
            LimitException limit = LimitException.unsupported(
                    "devices", "this kernel runs no BPF programs for devices (CONFIG_CGROUP_BPF); allow all devices");
            limit.initCause(e);
            throw limit;
        }
    }

    private static void detach(Descriptor group, int id) {
        try (Descriptor program = Bpf.open(id)) {
            Bpf.detach(group, program);
        }
    }

    private Loaded load(List<DeviceRule> rules) {
        Loaded known = loaded.get(rules);
        if (known != null) {
            return known;
        }
        try (Arena arena = Arena.ofConfined()) {
            Descriptor program = Bpf.load(DeviceProgram.assemble(rules, arena), arena);
            Loaded fresh = new Loaded(program, Bpf.id(program));
            loaded.put(rules, fresh);
            forgetOldest();
            return fresh;
        }
    }

    private void forgetOldest() {
        if (loaded.size() > MOST_LOADED) {
            var oldest = loaded.entrySet().iterator();
            oldest.next().getValue().program().close();
            oldest.remove();
        }
    }

    @Override
    public synchronized void close() {
        loaded.values().forEach(each -> each.program().close());
        loaded.clear();
    }
}
