package ondol.cli.verb;

import java.io.IOException;
import java.util.Map;
import ondol.cli.command.Cli;
import ondol.cli.command.CliException;
import ondol.cli.command.Flags;
import ondol.cli.command.Verb;
import ondol.cli.json.Json;
import ondol.cli.json.JsonWriter;
import ondol.cli.text.Units;

/** {@code ondol update}: changes the limits of containers. */
public final class Update extends Verb {
    @Override
    public String help() {
        return """
            Usage:  ondol update [OPTIONS] CONTAINER [CONTAINER...]

            Update configuration of one or more containers

            Aliases:
              ondol container update, ondol update

            Options:
                  --blkio-weight uint16        Block IO (relative weight), between 10
                                               and 1000, or 0 to disable (default 0)
                  --blkio-weight-device list   Block IO weight of a device
                  --cgroup-conf map            Write to a file of the container's
                                               control group (v2)
                  --cpu-burst int              Microseconds that unused CPU quota may
                                               gather
                  --cpu-idle                   Run only when nothing else wants the
                                               processor
                  --cpu-period int             Limit CPU CFS (Completely Fair
                                               Scheduler) period
                  --cpu-quota int              Limit CPU CFS (Completely Fair
                                               Scheduler) quota
                  --cpu-rt-period int          Limit the CPU real-time period in
                                               microseconds
                  --cpu-rt-runtime int         Limit the CPU real-time runtime in
                                               microseconds
              -c, --cpu-shares int             CPU shares (relative weight)
                  --cpus decimal               Number of CPUs
                  --cpuset-cpus string         CPUs in which to allow execution (0-3, 0,1)
                  --cpuset-mems string         MEMs in which to allow execution (0-3, 0,1)
                  --device-cgroup-rule list    Rules of devices instead of those that
                                               were given
                  --device-read-bps list       Limit read rate (bytes per second)
                                               from a device; 0 takes it away
                  --device-read-iops list      Limit read rate (IO per second) from a
                                               device
                  --device-write-bps list      Limit write rate (bytes per second) to
                                               a device
                  --device-write-iops list     Limit write rate (IO per second) to a
                                               device
                  --egress list                What it may reach beside its own networks:
                                               deny, any, or allow=CIDR|NAME[:PORT],...
                  --hugetlb-limit list         Limit huge pages of a size (2MB=64m)
              -m, --memory bytes               Memory limit; -1 for none
                  --memory-guarantee bytes     Memory that the kernel never takes from
                                               the container (v2); -1 for none
                  --memory-high bytes          Memory above which the container is
                                               slowed down, not killed (v2); -1 for
                                               none
                  --memory-oom-group           Out of memory, kill the whole container
                                               (v2)
                  --memory-reservation bytes   Memory soft limit
                  --memory-swap bytes          Swap limit equal to memory plus swap:
                                               -1 to enable unlimited swap
                  --memory-swappiness int      Tune memory swappiness (0 to 100), v1
                                               (default -1)
                  --net-burst bytes            What may pass at once after a pause
                  --net-rate string            Limit its network speed both ways, such as
                                               100mbit; 0 for no limit
                  --net-rate-in string         Limit what it receives
                  --net-rate-out string        Limit what it sends
                  --oom-kill-disable           Disable OOM Killer (v1)
                  --pids-limit int             Tune container pids limit (set -1 for
                                               unlimited)
                  --restart string             Restart policy to apply when a
                                               container exits
            """;
    }

    @Override
    public int least() {
        return 1;
    }

    @Override
    public int run(Cli cli, Flags flags) throws IOException {
        if (flags.given() == 0) throw new CliException("you must provide one or more flags when using this command");
        byte[] body = body(flags);
        return Failures.each(cli, flags.rest(), name -> {
            Object answer = cli.json("POST", "/containers/" + Cli.encode(name) + "/update", body);
            for (Object warning : Json.list(Json.map(answer).get("Warnings"))) cli.warn(String.valueOf(warning));
            cli.out().line(name);
        });
    }

    /** The request's body: what is not given is zero, which the engine leaves as it was. */
    static byte[] body(Flags flags) {
        JsonWriter json = new JsonWriter().begin();
        String cpus = flags.get("cpus");
        json.field("CpuShares", flags.number("cpu-shares", 0)).field("Memory", bytes(flags, "memory"));
        json.field("NanoCpus", cpus == null ? 0 : Units.nanoCpus(cpus)).field("CgroupParent", "");
        json.field("BlkioWeight", flags.number("blkio-weight", 0));
        json.field("BlkioWeightDevice", Devices.weights(flags.all("blkio-weight-device")));
        json.field("BlkioDeviceReadBps", Devices.rates(flags.all("device-read-bps"), true));
        json.field("BlkioDeviceWriteBps", Devices.rates(flags.all("device-write-bps"), true));
        json.field("BlkioDeviceReadIOps", Devices.rates(flags.all("device-read-iops"), false));
        json.field("BlkioDeviceWriteIOps", Devices.rates(flags.all("device-write-iops"), false));
        json.field("CpuPeriod", flags.number("cpu-period", 0)).field("CpuQuota", flags.number("cpu-quota", 0));
        json.field("CpuRealtimePeriod", flags.number("cpu-rt-period", 0));
        json.field("CpuRealtimeRuntime", flags.number("cpu-rt-runtime", 0));
        json.field("CpusetCpus", flags.get("cpuset-cpus", "")).field("CpusetMems", flags.get("cpuset-mems", ""));
        json.field("Devices", (String) null)
                .field("DeviceCgroupRules", flags.all("device-cgroup-rule"))
                .field("DeviceRequests", (String) null);
        json.field("MemoryReservation", bytes(flags, "memory-reservation"))
                .field("MemorySwap", bytes(flags, "memory-swap"));
        json.field("MemorySwappiness", flags.has("memory-swappiness") ? flags.number("memory-swappiness", -1) : null);
        json.field("OomKillDisable", flags.has("oom-kill-disable") ? flags.is("oom-kill-disable") : null);
        OwnLimits.write(json, flags);
        Map<String, String> annotations = Traffic.words(flags, Map.of());
        if (!annotations.isEmpty()) json.field("Annotations", annotations);
        json.field("PidsLimit", flags.has("pids-limit") ? (Object) flags.number("pids-limit", 0) : null);
        json.field("Ulimits", (String) null).field("CpuCount", 0).field("CpuPercent", 0);
        json.field("IOMaximumIOps", 0).field("IOMaximumBandwidth", 0);
        String policy = flags.get("restart", "");
        int colon = policy.indexOf(':');
        json.begin("RestartPolicy").field("Name", colon < 0 ? policy : policy.substring(0, colon));
        try {
            json.field("MaximumRetryCount", colon < 0 ? 0 : Integer.parseInt(policy.substring(colon + 1)));
        } catch (NumberFormatException e) {
            throw new CliException("invalid restart policy format: maximum retry count must be an integer");
        }
        return json.end().end().bytes();
    }

    @Override
    public void check(String flag, String type, String value) {
        super.check(flag, type, value);
        Devices.check(flag, value);
    }

    private static long bytes(Flags flags, String name) {
        String value = flags.get(name);
        return value == null ? 0 : value.equals("-1") ? -1 : Units.bytes(value);
    }
}
