package ondol.cli.verb;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import ondol.cli.command.CliException;
import ondol.cli.command.Flags;
import ondol.cli.json.JsonWriter;
import ondol.cli.text.Durations;
import ondol.cli.text.Units;
import org.jspecify.annotations.Nullable;

/**
 * The request that creates a container, made from the flags of {@code run} and {@code create}: the same fields in the same
 * order as Docker's command sends them (Docker Engine API, ContainerCreate).
 */
final class ContainerBody {
    private final Flags flags;
    private final JsonWriter json = new JsonWriter();
    private final boolean detached;
    private final int[] console;

    private ContainerBody(Flags flags, boolean detached, int[] console) {
        this.flags = flags;
        this.detached = detached;
        this.console = console;
    }

    /**
     * The request's body.
     *
     * @param detached whether nothing will be attached ({@code run -d})
     * @param console the terminal's rows and columns; zeros for none
     * @throws CliException in Docker's words, when flags contradict each other or a value has the wrong form
     */
    static byte[] of(Flags flags, boolean detached, int[] console) {
        ContainerBody body = new ContainerBody(flags, detached, console);
        body.write();
        return body.json.bytes();
    }

    /** Whether a stream of the container is attached: {@code stdin}, {@code stdout} or {@code stderr}. */
    static boolean attached(Flags flags, String stream) {
        for (String value : flags.all("attach")) if (value.equalsIgnoreCase(stream)) return true;
        if (stream.equals("stdin")) return flags.is("interactive");
        return !flags.has("attach");
    }

    /** What can be said of the modes of namespaces without asking the engine. */
    private void checkModes() {
        mode("pid", "PID", "host");
        mode("uts", "UTS", "host");
        mode("userns", "USER", "host", "auto");
        mode("cgroupns", "CGROUP", "host", "private");
        for (String option : flags.all("storage-opt"))
            if (option.indexOf('=') < 0) throw new CliException("invalid storage option");
        String mac = flags.get("mac-address", "");
        boolean plain = mac.isEmpty() || mac.split("[:.-]", -1).length == 6;
        for (int i = 0; i < mac.length(); i++)
            plain &= Character.digit(mac.charAt(i), 16) >= 0 || ":.-".indexOf(mac.charAt(i)) >= 0;
        if (!plain) throw new CliException(mac + " is not a valid mac address");
    }

    private void mode(String flag, String name, String... known) {
        String value = flags.get(flag, "");
        boolean container = flag.equals("pid") && value.startsWith("container:");
        if (value.isEmpty() || container || List.of(known).contains(value)) return;
        throw new CliException("--" + flag + ": invalid " + name + " mode");
    }

    private void write() {
        checkModes();
        Map<String, Object> volumes = new TreeMap<>();
        List<String> binds = Volumes.split(flags.all("volume"), volumes);
        Map<String, List<Map<String, String>>> bindings = new TreeMap<>();
        Map<String, Object> exposed = Ports.parse(flags.all("publish"), flags.all("expose"), bindings);
        boolean stdin = flags.is("interactive");
        json.begin();
        text("Hostname", "hostname").text("Domainname", "domainname").text("User", "user");
        json.field("AttachStdin", !detached && attached(flags, "stdin"));
        json.field("AttachStdout", !detached && attached(flags, "stdout"));
        json.field("AttachStderr", !detached && attached(flags, "stderr"));
        if (!exposed.isEmpty()) json.field("ExposedPorts", exposed);
        json.field("Tty", flags.is("tty")).field("OpenStdin", stdin);
        json.field("StdinOnce", stdin && !detached && attached(flags, "stdin"));
        json.field("Env", orNull(Environment.of(flags.all("env-file"), flags.all("env"))));
        command();
        health();
        json.field("Image", flags.first()).field("Volumes", volumes);
        text("WorkingDir", "workdir");
        String entrypoint = flags.get("entrypoint");
        json.field("Entrypoint", entrypoint == null ? null : List.of(entrypoint))
                .field("OnBuild", (String) null);
        json.field("Labels", labels(flags));
        if (flags.has("stop-signal")) text("StopSignal", "stop-signal");
        if (flags.has("stop-timeout")) json.field("StopTimeout", flags.number("stop-timeout", 0));
        hostConfig(binds, bindings);
        Networks.write(json, flags);
        json.end();
    }

    private static Map<String, String> labels(Flags flags) {
        Map<String, String> labels = Environment.labels(flags.all("label-file"), flags.all("label"));
        if (flags.has("tenant")) labels.put(TenantFlags.LABEL, flags.get("tenant", ""));
        return labels;
    }

    private ContainerBody text(String field, String flag) {
        json.field(field, flags.get(flag, ""));
        return this;
    }

    private ContainerBody number(String field, String flag) {
        json.field(field, flags.number(flag, 0));
        return this;
    }

    private ContainerBody bytes(String field, String flag) {
        String value = flags.get(flag);
        json.field(field, value == null ? 0 : value.equals("-1") ? -1 : Units.bytes(value));
        return this;
    }

    private static @Nullable List<String> orNull(List<String> list) {
        return list.isEmpty() ? null : list;
    }

    private void command() {
        List<String> rest = flags.rest();
        json.field("Cmd", rest.size() == 1 ? null : rest.subList(1, rest.size()));
    }

    private void health() {
        String[] durations = {"interval", "timeout", "start-period", "start-interval"};
        boolean any = flags.has("health-cmd") || flags.has("health-retries");
        for (String name : durations) any |= flags.has("health-" + name);
        if (flags.is("no-healthcheck")) {
            if (any) throw new CliException("--no-healthcheck conflicts with --health-* options");
            json.begin("Healthcheck").field("Test", List.of("NONE")).end();
            return;
        }
        if (!any) return;
        json.begin("Healthcheck");
        String command = flags.get("health-cmd", "");
        if (!command.isEmpty()) json.field("Test", List.of("CMD-SHELL", command));
        String[] fields = {"Interval", "Timeout", "StartPeriod", "StartInterval"};
        for (int i = 0; i < fields.length; i++) {
            String value = flags.get("health-" + durations[i]);
            long nanos = value == null ? 0 : Durations.parse(value);
            if (nanos < 0) throw new CliException("--health-" + durations[i] + " cannot be negative");
            if (nanos > 0) json.field(fields[i], nanos);
        }
        long retries = flags.number("health-retries", 0);
        if (retries < 0) throw new CliException("--health-retries cannot be negative");
        if (retries > 0) json.field("Retries", retries);
        json.end();
    }

    private void hostConfig(List<String> binds, Map<String, List<Map<String, String>>> bindings) {
        List<String> security = new ArrayList<>();
        boolean unmasked = SecurityOptions.read(flags.all("security-opt"), security);
        json.begin("HostConfig").field("Binds", orNull(binds));
        text("ContainerIDFile", "cidfile");
        json.begin("LogConfig").field("Type", flags.get("log-driver", ""));
        json.field("Config", Environment.pairs(flags.all("log-opt"))).end();
        json.field("NetworkMode", Networks.mode(flags)).field("PortBindings", bindings);
        restart();
        json.field("AutoRemove", flags.is("rm"));
        text("VolumeDriver", "volume-driver");
        json.field("VolumesFrom", orNull(flags.all("volumes-from")));
        json.beginArray("ConsoleSize").value(console[0]).value(console[1]).endArray();
        Map<String, String> annotations = Traffic.words(flags, Environment.pairs(flags.all("annotation")));
        if (!annotations.isEmpty()) json.field("Annotations", annotations);
        json.field("CapAdd", orNull(SecurityOptions.capabilities(flags.all("cap-add"))));
        json.field("CapDrop", orNull(SecurityOptions.capabilities(flags.all("cap-drop"))));
        text("CgroupnsMode", "cgroupns");
        json.field("Dns", flags.all("dns")).field("DnsOptions", flags.all("dns-option"));
        json.field("DnsSearch", flags.all("dns-search"));
        json.field("ExtraHosts", orNull(Networks.extraHosts(flags.all("add-host"))));
        json.field("GroupAdd", orNull(flags.all("group-add")));
        text("IpcMode", "ipc");
        json.field("Cgroup", "").field("Links", orNull(flags.all("link")));
        number("OomScoreAdj", "oom-score-adj").text("PidMode", "pid");
        json.field("Privileged", flags.is("privileged")).field("PublishAllPorts", flags.is("publish-all"));
        json.field("ReadonlyRootfs", flags.is("read-only"))
                .field("SecurityOpt", flags.has("security-opt") ? security : null);
        if (flags.has("storage-opt")) json.field("StorageOpt", Environment.pairs(flags.all("storage-opt")));
        if (flags.has("tmpfs")) json.field("Tmpfs", Volumes.tmpfs(flags.all("tmpfs")));
        text("UTSMode", "uts").text("UsernsMode", "userns").bytes("ShmSize", "shm-size");
        if (flags.has("sysctl")) json.field("Sysctls", Environment.pairs(flags.all("sysctl")));
        if (flags.has("runtime")) text("Runtime", "runtime");
        text("Isolation", "isolation");
        resources();
        List<Object> mounts = Mounts.parse(flags.all("mount"));
        if (!mounts.isEmpty()) json.field("Mounts", mounts);
        json.field("MaskedPaths", unmasked ? List.of() : null).field("ReadonlyPaths", unmasked ? List.of() : null);
        if (flags.has("init")) json.field("Init", flags.is("init"));
        json.end();
    }

    private void restart() {
        String policy = flags.get("restart", "no");
        int colon = policy.indexOf(':');
        String name = colon < 0 ? policy : policy.substring(0, colon);
        long most = 0;
        if (colon >= 0) {
            if (name.isEmpty())
                throw new CliException("invalid restart policy format: no policy provided before colon");
            try {
                most = Integer.parseInt(policy.substring(colon + 1));
            } catch (NumberFormatException e) {
                throw new CliException("invalid restart policy format: maximum retry count must be an integer");
            }
        }
        if (flags.is("rm") && !name.isEmpty() && !name.equals("no"))
            throw new CliException("conflicting options: cannot specify both --restart and --rm");
        json.begin("RestartPolicy")
                .field("Name", name)
                .field("MaximumRetryCount", most)
                .end();
    }

    private void resources() {
        String cpus = flags.get("cpus");
        number("CpuShares", "cpu-shares").bytes("Memory", "memory");
        json.field("NanoCpus", cpus == null ? 0 : Units.nanoCpus(cpus));
        text("CgroupParent", "cgroup-parent").number("BlkioWeight", "blkio-weight");
        json.field("BlkioWeightDevice", Devices.weights(flags.all("blkio-weight-device")));
        json.field("BlkioDeviceReadBps", Devices.rates(flags.all("device-read-bps"), true));
        json.field("BlkioDeviceWriteBps", Devices.rates(flags.all("device-write-bps"), true));
        json.field("BlkioDeviceReadIOps", Devices.rates(flags.all("device-read-iops"), false));
        json.field("BlkioDeviceWriteIOps", Devices.rates(flags.all("device-write-iops"), false));
        number("CpuPeriod", "cpu-period").number("CpuQuota", "cpu-quota");
        number("CpuRealtimePeriod", "cpu-rt-period").number("CpuRealtimeRuntime", "cpu-rt-runtime");
        text("CpusetCpus", "cpuset-cpus").text("CpusetMems", "cpuset-mems");
        List<Object> requests = Devices.gpus(flags.all("gpus"));
        json.field("Devices", Devices.parse(flags.all("device"), requests));
        json.field("DeviceCgroupRules", orNull(flags.all("device-cgroup-rule")));
        json.field("DeviceRequests", requests.isEmpty() ? null : requests);
        bytes("MemoryReservation", "memory-reservation").bytes("MemorySwap", "memory-swap");
        long swappiness = flags.number("memory-swappiness", -1);
        if (swappiness < -1 || swappiness > 100)
            throw new CliException("invalid value: " + swappiness + ". Valid memory swappiness range is 0-100");
        json.field("MemorySwappiness", swappiness);
        json.field("OomKillDisable", flags.is("oom-kill-disable"));
        number("PidsLimit", "pids-limit");
        OwnLimits.write(json, flags);
        json.field("Ulimits", Devices.ulimits(flags.all("ulimit")));
        number("CpuCount", "cpu-count").number("CpuPercent", "cpu-percent").number("IOMaximumIOps", "io-maxiops");
        bytes("IOMaximumBandwidth", "io-maxbandwidth");
    }
}
