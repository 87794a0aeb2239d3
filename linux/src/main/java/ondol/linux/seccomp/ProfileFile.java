package ondol.linux.seccomp;

import io.avaje.json.JsonException;
import io.avaje.jsonb.Json;
import io.avaje.jsonb.Jsonb;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import ondol.linux.Capability;
import ondol.linux.seccomp.SeccompProfile.Action;
import ondol.linux.seccomp.SeccompProfile.Argument;
import ondol.linux.seccomp.SeccompProfile.Operator;
import ondol.linux.seccomp.SeccompProfile.Rule;
import org.jspecify.annotations.Nullable;

/**
 * A profile file as Docker reads it: OCI's shape, where rules may have conditions, architectures may be a map, and the
 * oldest files name one call per rule. Everything may be missing.
 */
@Json
record ProfileFile(
        @Nullable String defaultAction,
        @Nullable Integer defaultErrnoRet,
        @Nullable List<String> architectures,
        @Nullable List<SubArchitectures> archMap,
        @Nullable List<String> flags,
        @Nullable List<Call> syscalls) {
    private static final int MAX_LENGTH = 1 << 20;

    @Json
    record SubArchitectures(
            @Nullable String architecture, @Nullable List<String> subArchitectures) {}

    @Json
    record Call(
            @Nullable String name,
            @Nullable List<String> names,
            @Nullable String action,
            @Nullable Integer errnoRet,
            @Nullable List<Condition> args,
            @Nullable Filter includes,
            @Nullable Filter excludes) {}

    @Json
    record Condition(
            int index,
            @Nullable BigInteger value,
            @Nullable BigInteger valueTwo,
            @Nullable String op) {}

    @Json
    record Filter(
            @Nullable List<String> caps,
            @Nullable List<String> arches,
            @Nullable String minKernel) {}

    static ProfileFile read(String json) {
        if (json.length() > MAX_LENGTH) {
            throw new IllegalArgumentException("seccomp profile: larger than one mebibyte");
        }
        ProfileFile file;
        try {
            file = Jsonb.instance().type(ProfileFile.class).fromJson(json);
        } catch (JsonException | IllegalStateException e) {
            throw new IllegalArgumentException("seccomp profile: not the JSON of a profile: " + e.getMessage(), e);
        }
        if (file == null || file.defaultAction == null || file.defaultAction.isEmpty()) {
            throw new IllegalArgumentException(
                    "seccomp profile: defaultAction is missing, write for example \"defaultAction\": \"SCMP_ACT_ERRNO\"");
        }
        if (!orNone(file.architectures).isEmpty() && !orNone(file.archMap).isEmpty()) {
            throw new IllegalArgumentException("seccomp profile: has both architectures and archMap, use one of them");
        }
        return file;
    }

    SeccompProfile resolve(Set<Capability> bounding, Machine machine) {
        List<Rule> rules = new ArrayList<>();
        List<Call> calls = orNone(syscalls);
        for (int i = 0; i < calls.size(); i++) {
            Call call = calls.get(i);
            Rule rule = at("syscalls[" + i + "]", () -> rule(call));
            if (at("syscalls[" + i + "]", () -> applies(call, bounding, machine))) {
                rules.add(rule);
            }
        }
        return new SeccompProfile(
                Action.parse(required(defaultAction, "defaultAction")),
                defaultErrnoRet,
                architectures(machine),
                flags,
                rules);
    }

    private List<String> architectures(Machine machine) {
        for (SubArchitectures entry : orNone(archMap)) {
            if (machine.scmp().equals(entry.architecture)) {
                List<String> all = new ArrayList<>(List.of(machine.scmp()));
                all.addAll(orNone(entry.subArchitectures));
                return all;
            }
        }
        return orNone(architectures);
    }

    private static boolean applies(Call call, Set<Capability> bounding, Machine machine) {
        Filter excludes = call.excludes;
        if (excludes != null) {
            boolean excluded = orNone(excludes.arches).contains(machine.architecture())
                    || orNone(excludes.caps).stream().anyMatch(name -> has(bounding, name))
                    || (excludes.minKernel != null && machine.kernelIsAtLeast(excludes.minKernel));
            if (excluded) {
                return false;
            }
        }
        Filter includes = call.includes;
        if (includes == null) {
            return true;
        }
        List<String> arches = orNone(includes.arches);
        return (arches.isEmpty() || arches.contains(machine.architecture()))
                && orNone(includes.caps).stream().allMatch(name -> has(bounding, name))
                && (includes.minKernel == null || machine.kernelIsAtLeast(includes.minKernel));
    }

    /** A capability that is not known here is one that no container has. */
    private static boolean has(Set<Capability> bounding, String name) {
        return bounding.stream().anyMatch(capability -> capability.manual().equals(name));
    }

    private static Rule rule(Call call) {
        List<String> names = orNone(call.names);
        if (call.name != null && !call.name.isEmpty()) {
            if (!names.isEmpty()) {
                throw new IllegalArgumentException("seccomp profile: has both name and names, use names");
            }
            names = List.of(call.name);
        }
        List<Argument> arguments =
                orNone(call.args).stream().map(ProfileFile::argument).toList();
        return new Rule(names, Action.parse(required(call.action, "action")), call.errnoRet, arguments);
    }

    private static Argument argument(Condition condition) {
        return new Argument(
                condition.index,
                unsigned(condition.value),
                unsigned(condition.valueTwo),
                Operator.parse(required(condition.op, "op")));
    }

    private static long unsigned(@Nullable BigInteger value) {
        if (value == null) {
            return 0;
        }
        if (value.signum() < 0 || value.bitLength() > Long.SIZE) {
            throw new IllegalArgumentException("seccomp profile: value " + value + " is not from 0 to 2^64 - 1");
        }
        return value.longValue();
    }

    private static String required(@Nullable String value, String name) {
        if (value == null) {
            throw new IllegalArgumentException("seccomp profile: " + name + " is missing");
        }
        return value;
    }

    private static <T> T at(String where, Supplier<T> reading) {
        try {
            return reading.get();
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(e.getMessage() + " (in " + where + ")", e);
        }
    }

    private static <T> List<T> orNone(@Nullable List<T> list) {
        return list == null ? List.of() : list;
    }
}
