package ondol.engine.spec;

import java.util.regex.Pattern;
import ondol.engine.EngineException;
import ondol.engine.HostConfig;
import org.jspecify.annotations.Nullable;

/** Refuses limits beyond Docker's, and Docker's that one version of control groups has and the other has not. */
final class OwnLimitChecks {
    private static final Pattern PAGE_SIZE = Pattern.compile("[1-9][0-9]{0,5}[KMG]B");
    private static final Pattern FILE = Pattern.compile("[a-z0-9_]{1,32}(\\.[A-Za-z0-9_]{1,32}){1,4}");
    private static final int LONGEST_VALUE = 4096;

    private OwnLimitChecks() {}

    static void check(HostConfig host, HostFacts machine) {
        burst(host);
        memory(host);
        Absent.map(host.hugetlbLimits()).forEach(OwnLimitChecks::hugepages);
        Absent.map(host.cgroupConf()).forEach(OwnLimitChecks::file);
        if (machine.unifiedCgroups()) {
            v2(host);
        } else {
            v1(host);
        }
    }

    private static void burst(HostConfig host) {
        long burst = Absent.zero(host.cpuBurst());
        if (burst == 0) {
            return;
        }
        long nanos = Absent.zero(host.nanoCpus());
        long quota = nanos != 0 ? nanos / ResourceLimits.NANOS_PER_MICRO_OF_PERIOD : Absent.zero(host.cpuQuota());
        refuse(burst < 0, "the CPU burst can not be less than 0 microseconds");
        refuse(quota <= 0, "a CPU burst gathers unused quota; set --cpus or --cpu-quota too");
        refuse(burst > quota, "the CPU burst, %d microseconds, can not be more than the quota, %d", burst, quota);
    }

    private static void memory(HostConfig host) {
        long memory = Absent.zero(host.memory());
        long guarantee = Absent.zero(host.memoryGuarantee());
        refuse(Absent.zero(host.memoryHigh()) < -1, "the high mark of memory is a number of bytes, or -1 for none");
        refuse(guarantee < -1, "the guarantee of memory is a number of bytes, or -1 for none");
        refuse(
                memory > 0 && guarantee > memory,
                "the guarantee of memory, %d bytes, can not be more than the memory limit, %d",
                guarantee,
                memory);
    }

    private static void hugepages(String size, @Nullable Long bytes) {
        refuse(!PAGE_SIZE.matcher(size).matches(), "'%s' is not a size of huge pages; say it like 2MB or 1GB", size);
        refuse(bytes == null || bytes < 0, "the limit of %s pages can not be less than 0 bytes", size);
    }

    private static void file(String file, @Nullable String value) {
        refuse(
                !FILE.matcher(file).matches() || file.startsWith("cgroup."),
                "'%s' is not a limit's file of a control group; say it like memory.high",
                file.length() > 64 ? file.substring(0, 64) + "…" : file);
        refuse(
                value == null || value.isBlank() || value.length() > LONGEST_VALUE,
                "the value for %s is empty or too long",
                file);
    }

    private static void v2(HostConfig host) {
        Long swappiness = host.memorySwappiness();
        unsupported(
                swappiness != null && swappiness >= 0,
                "control groups v2 have no swappiness of a group; leave --memory-swappiness out");
        unsupported(
                Absent.no(host.oomKillDisable()),
                "control groups v2 cannot switch the OOM killer off; leave --oom-kill-disable out, or say --memory-high,"
                        + " above which the kernel slows down and does not kill");
        unsupported(
                Absent.zero(host.cpuRealtimeRuntime()) != 0 || Absent.zero(host.cpuRealtimePeriod()) != 0,
                "control groups v2 do not limit realtime scheduling; leave --cpu-rt-runtime and --cpu-rt-period out");
    }

    private static void v1(HostConfig host) {
        v2Only(Absent.zero(host.memoryHigh()) != 0, "--memory-high", "--memory-reservation is v1's soft limit");
        v2Only(
                Absent.zero(host.memoryGuarantee()) > 0,
                "--memory-guarantee",
                "--memory-reservation is the nearest that v1 has");
        v2Only(
                Absent.no(host.memoryOomGroup()),
                "--memory-oom-group",
                "v1 kills one process at a time; the container ends when that is its process 1");
    }

    private static void v2Only(boolean said, String flag, String instead) {
        unsupported(
                said,
                flag + " needs control groups v2, and this machine's memory controller is in a v1 hierarchy; "
                        + instead);
    }

    private static void unsupported(boolean said, String sentence) {
        if (said) {
            throw new EngineException(EngineException.Kind.UNSUPPORTED, sentence);
        }
    }

    private static void refuse(boolean refused, String sentence, @Nullable Object... values) {
        if (refused) {
            throw EngineException.invalid(sentence.formatted(values));
        }
    }
}
