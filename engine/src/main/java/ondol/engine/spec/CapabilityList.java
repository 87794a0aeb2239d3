package ondol.engine.spec;

import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import ondol.engine.EngineException;
import ondol.engine.HostConfig;
import ondol.linux.Capabilities;
import ondol.linux.Capability;

/** The capabilities of a container: the default ones, those added and dropped, or all of a privileged one. */
final class CapabilityList {
    private static final String ALL = "ALL";

    private CapabilityList() {}

    /** Adding is stronger than dropping, but where all are added: then those dropped are left out. */
    static Set<Capability> of(HostConfig host, HostFacts machine) {
        Set<Capability> added = parse("CapAdd", Absent.list(host.capAdd()), machine);
        Set<Capability> dropped = parse("CapDrop", Absent.list(host.capDrop()), machine);
        Set<Capability> chosen = EnumSet.noneOf(Capability.class);
        if (Absent.no(host.privileged())) {
            chosen.addAll(machine.capabilities());
            return chosen;
        }
        if (hasAll(Absent.list(host.capAdd()))) {
            chosen.addAll(machine.capabilities());
            chosen.removeAll(dropped);
            return chosen;
        }
        if (!hasAll(Absent.list(host.capDrop()))) {
            chosen.addAll(Capabilities.DEFAULT);
            chosen.retainAll(machine.capabilities());
            chosen.removeAll(dropped);
            if (NamespaceChoice.chroot(host)) {
                chosen.remove(Capability.SYS_CHROOT); // who has it leaves a chroot at will (man 2 chroot)
            }
        }
        chosen.addAll(added);
        return chosen;
    }

    static List<String> names(Set<Capability> capabilities) {
        return capabilities.stream().map(Capability::manual).toList();
    }

    private static boolean hasAll(List<String> names) {
        return names.stream().anyMatch(ALL::equalsIgnoreCase);
    }

    private static Set<Capability> parse(String field, List<String> names, HostFacts machine) {
        Set<Capability> parsed = EnumSet.noneOf(Capability.class);
        for (String name : names) {
            if (!name.equalsIgnoreCase(ALL)) {
                Capability capability = parse(field, name);
                if (field.equals("CapAdd") && !machine.capabilities().contains(capability)) {
                    throw EngineException.invalid(
                            "invalid CapAdd: capability not supported by your kernel or not available in the current"
                                    + " environment: \"" + capability.manual() + "\"");
                }
                parsed.add(capability);
            }
        }
        return parsed;
    }

    private static Capability parse(String field, String name) {
        String upper = name.toUpperCase(Locale.ROOT);
        String manual = upper.startsWith("CAP_") ? upper : "CAP_" + upper;
        for (Capability capability : Capability.values()) {
            if (capability.manual().equals(manual)) {
                return capability;
            }
        }
        throw EngineException.invalid("invalid " + field + ": unknown capability: \"" + manual + "\"");
    }
}
