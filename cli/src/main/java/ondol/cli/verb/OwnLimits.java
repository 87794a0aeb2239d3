package ondol.cli.verb;

import java.util.LinkedHashMap;
import java.util.Map;
import ondol.cli.command.Flags;
import ondol.cli.json.JsonWriter;
import ondol.cli.text.Units;

/** Limits beyond those of Docker's command. */
final class OwnLimits {
    private OwnLimits() {}

    /** Writes those that are given, so that a body without them is Docker's. */
    static void write(JsonWriter json, Flags flags) {
        if (flags.has("cpu-burst")) json.field("CpuBurst", flags.number("cpu-burst", 0));
        if (flags.has("cpu-idle")) json.field("CpuIdle", flags.is("cpu-idle"));
        bytes(json, flags, "MemoryHigh", "memory-high");
        bytes(json, flags, "MemoryGuarantee", "memory-guarantee");
        if (flags.has("memory-oom-group")) json.field("MemoryOomGroup", flags.is("memory-oom-group"));
        if (flags.has("hugetlb-limit")) json.field("HugetlbLimits", hugepages(flags));
        if (flags.has("cgroup-conf")) json.field("CgroupConf", Environment.pairs(flags.all("cgroup-conf")));
    }

    private static void bytes(JsonWriter json, Flags flags, String field, String flag) {
        String value = flags.get(flag);
        if (value != null) json.field(field, value.equals("-1") ? -1 : Units.bytes(value));
    }

    private static Map<String, Object> hugepages(Flags flags) {
        Map<String, Object> limits = new LinkedHashMap<>();
        for (String text : flags.all("hugetlb-limit")) {
            int equals = text.indexOf('=');
            if (equals < 1)
                throw new IllegalArgumentException("invalid limit of huge pages: " + text + "; write it as 2MB=64m");
            limits.put(text.substring(0, equals), Units.bytes(text.substring(equals + 1)));
        }
        return limits;
    }
}
