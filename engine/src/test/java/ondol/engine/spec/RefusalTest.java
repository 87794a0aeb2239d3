package ondol.engine.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.avaje.jsonb.Jsonb;
import java.util.List;
import ondol.engine.ContainerConfig;
import ondol.engine.EngineException;
import ondol.engine.HostConfig;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Configurations that make no sense, and the sentences they are refused with: Docker's, where it has one. */
class RefusalTest {
    private final Jsonb jsonb = Jsonb.builder().build();

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'Memory':1000000}|Minimum memory limit allowed is 6MB",
                "{'Memory':-2}|Minimum memory limit allowed is 6MB",
                "{'Memory':33554432,'MemorySwap':16777216}|Minimum memoryswap limit should be larger than memory limit, see usage",
                "{'MemorySwap':16777216}|You should always set the Memory limit when using Memoryswap limit, see usage",
                "{'Memory':33554432,'MemoryReservation':67108864}|Minimum memory limit can not be less than memory reservation limit, see usage",
                "{'MemoryReservation':1000}|Minimum memory reservation allowed is 6MB",
                "{'MemorySwappiness':101}|Invalid value: 101, valid memory swappiness range is 0-100",
                "{'NanoCpus':3000000000}|Range of CPUs is from 0.01 to 2.00, as there are only 2 CPUs available",
                "{'NanoCpus':-1}|Range of CPUs is from 0.01 to 2.00, as there are only 2 CPUs available",
                "{'NanoCpus':1000000000,'CpuQuota':10000}|Conflicting options: Nano CPUs and CPU Quota cannot both be set",
                "{'NanoCpus':1000000000,'CpuPeriod':10000}|Conflicting options: Nano CPUs and CPU Period cannot both be set",
                "{'CpuShares':1}|the minimum allowed cpu-shares is 2",
                "{'CpuPeriod':10}|CPU cfs period can not be less than 1ms (i.e. 1000) or larger than 1s (i.e. 1000000)",
                "{'CpuQuota':10}|CPU cfs quota can not be less than 1ms (i.e. 1000)",
                "{'CpusetCpus':'a'}|Invalid value a for cpuset cpus: invalid format: a",
                "{'CpusetCpus':'0-9'}|Requested CPUs are not available - requested 0-9, available: 0-1",
                "{'CpusetMems':'5'}|Requested memory nodes are not available - requested 5, available: 0",
                "{'CpuRealtimePeriod':100,'CpuRealtimeRuntime':200}|cpu real-time runtime cannot be higher than cpu real-time period",
                "{'BlkioWeight':5}|Range of blkio weight is from 10 to 1000",
                "{'ShmSize':-1}|SHM size can not be less than 0",
                "{'OomScoreAdj':2000}|Invalid value 2000, range for oom score adj is [-1000, 1000]",
                "{'CapAdd':['NOPE']}|invalid CapAdd: unknown capability: \"CAP_NOPE\"",
                "{'CapDrop':['cap_nope']}|invalid CapDrop: unknown capability: \"CAP_NOPE\"",
                "{'SecurityOpt':['nope']}|invalid --security-opt 1: \"nope\"",
                "{'SecurityOpt':['nope=1']}|invalid --security-opt 2: \"nope=1\"",
                "{'SecurityOpt':['no-new-privileges=maybe']}|invalid --security-opt 2: \"no-new-privileges=maybe\"",
                "{'Sysctls':{'kernel.msgmax':'1'},'IpcMode':'host'}|sysctl \"kernel.msgmax\" is not allowed in the hosts ipc namespace",
                "{'Sysctls':{'fs.mqueue.msg_max':'11'},'IpcMode':'host'}|sysctl \"fs.mqueue.msg_max\" is not allowed in the hosts ipc namespace",
                "{'Sysctls':{'kernel.foo':'1'}}|sysctl \"kernel.foo\" is not in a separate kernel namespace",
                "{'Sysctls':{'vm.swappiness':'1'}}|sysctl \"vm.swappiness\" is not in a separate kernel namespace",
                "{'Sysctls':{'net.core.somaxconn':'1'},'NetworkMode':'host'}|sysctl \"net.core.somaxconn\" not allowed in host network namespace",
                "{'Sysctls':{'kernel/../vm/swappiness':'1'}}|sysctl \"kernel/../vm/swappiness\" is not in a separate kernel namespace",
                "{'Sysctls':{'net/../vm/swappiness':'1'}}|sysctl \"net/../vm/swappiness\" is not in a separate kernel namespace",
                "{'Sysctls':{'net.core.somaxconn':'1'},'Isolation':'chroot'}|sysctl \"net.core.somaxconn\" not allowed in host network namespace",
                "{'PidMode':'nope'}|invalid PID mode: nope",
                "{'IpcMode':'nope'}|invalid IPC mode: nope",
                "{'UTSMode':'nope'}|invalid UTS mode: nope",
                "{'CgroupnsMode':'nope'}|invalid cgroup namespace mode: nope",
                "{'Isolation':'zz'}|invalid isolation: zz",
                "{'RestartPolicy':{'Name':'always'},'AutoRemove':true}|can't create 'AutoRemove' container with restart policy",
                "{'Ulimits':[{'Name':'nope','Soft':1,'Hard':1}]}|invalid ulimit type: nope",
                "{'Ulimits':[{'Name':'nofile','Soft':3,'Hard':1}]}|ulimit soft limit must be less than or equal to hard limit: 3 > 1",
                "{'DeviceCgroupRules':['x 1:2 r']}|invalid device cgroup rule format: 'x 1:2 r'",
                "{'DeviceCgroupRules':['c 1']}|invalid device cgroup rule format: 'c 1'",
                "{'Devices':[{'PathOnHost':'/dev/nope'}]}|error gathering device information while adding custom device \"/dev/nope\": no such file or directory",
                "{'Devices':[{'PathOnHost':'/etc/passwd'}]}|error gathering device information while adding custom device \"/etc/passwd\": not a device node",
                "{'BlkioDeviceReadBps':[{'Path':'/dev/nope','Rate':100}]}|stat /dev/nope: no such file or directory",
                "{'SecurityOpt':['seccomp={']}|Decoding seccomp profile failed: unexpected end of JSON input",
                "{'Binds':['/x:y']}|invalid volume specification: '/x:y': invalid mount config for type \"bind\": invalid mount path: 'y' mount path must be absolute",
                "{'Binds':['/x:/']}|invalid volume specification: '/x:/': invalid mount config for type \"bind\": invalid specification: destination can't be '/'",
                "{'Binds':['/x:/a:zz']}|invalid mode: zz",
                "{'Binds':['/x:/a:ro,rw']}|invalid mode: ro,rw",
                "{'Binds':['/x:/a:ro:rw']}|invalid volume specification: '/x:/a:ro:rw'",
                "{'Binds':[':/a']}|invalid volume specification: ':/a'",
                "{'Binds':['x y:/a']}|create x y: \"x y\" includes invalid characters for a local volume name, only \"[a-zA-Z0-9][a-zA-Z0-9_.-]\" are allowed. If you intended to pass a host directory, use absolute path",
                "{'Binds':['a:/a']}|create a: volume name is too short, names should be at least two alphanumeric characters",
                "{'Binds':['/tmp:/a','/etc:/a']}|Duplicate mount point: /a",
                "{'Binds':['/tmp:/a','/etc:/b/../a/']}|Duplicate mount point: /a",
                "{'Binds':['/tmp:/a'],'Mounts':[{'Type':'tmpfs','Target':'/a'}]}|Duplicate mount point: /a",
                "{'Tmpfs':{'/a':''},'Binds':['/tmp:/a']}|Duplicate mount point: /a",
                "{'Tmpfs':{'a':''}}|invalid mount path: 'a' mount path must be absolute",
                "{'Tmpfs':{'/a':'nope'}}|Invalid tmpfs option \"nope\"",
                "{'Binds':['/tmp:/a:nocopy']}|invalid volume specification: '/tmp:/a:nocopy': invalid mount config for type \"bind\": field VolumeOptions must not be specified",
                "{'Binds':['vol:/a:rshared']}|invalid volume specification: 'vol:/a:rshared': invalid mount config for type \"volume\": field BindOptions must not be specified",
                "{'Mounts':[{'Type':'bind','Source':'/nowhere','Target':'/a'}]}|invalid mount config for type \"bind\": bind source path does not exist: /nowhere",
                "{'Mounts':[{'Type':'bind','Target':'/a'}]}|invalid mount config for type \"bind\": field Source must not be empty",
                "{'Mounts':[{'Type':'bind','Source':'/tmp'}]}|invalid mount config for type \"bind\": field Target must not be empty",
                "{'Mounts':[{'Type':'bind','Source':'tmp','Target':'/a'}]}|invalid mount config for type \"bind\": invalid mount path: 'tmp' mount path must be absolute",
                "{'Mounts':[{'Type':'nope','Source':'/tmp','Target':'/a'}]}|invalid mount config for type \"nope\": mount type unknown",
                "{'Mounts':[{'Type':'tmpfs','Source':'/tmp','Target':'/a'}]}|invalid mount config for type \"tmpfs\": field Source must not be specified",
                "{'Mounts':[{'Type':'volume','Source':'aa','Target':'/a','BindOptions':{'Propagation':'rslave'}}]}|BindOptions must not be specified on mount type \"volume\"",
                "{'Mounts':[{'Type':'bind','Source':'/tmp','Target':'/a','BindOptions':{'Propagation':'zz'}}]}|invalid mount config for type \"bind\": invalid propagation mode: zz",
                "{'Mounts':[{'Type':'volume','Target':'/a','VolumeOptions':{'Subpath':'../x'}}]}|invalid mount config for type \"volume\": must not set Subpath when using anonymous volumes",
                "{'Mounts':[{'Type':'volume','Source':'aa','Target':'/a','VolumeOptions':{'Subpath':'x/../../y'}}]}|invalid mount config for type \"volume\": subpath must be a relative path within the volume",
                "{'Binds':['/tmp:/a:rshared']}|path /tmp is mounted on / but it is not a shared mount",
                "{'Binds':['/slave/x:/a:shared']}|path /slave/x is mounted on /slave but it is not a shared mount",
                "{'PidMode':'container:gone'}|cannot join namespaces of container gone: it is not running; start it first"
            })
    void aHostConfigIsRefused(String json, String sentence) {
        HostConfig host = jsonb.type(HostConfig.class).fromJson(json.replace('\'', '"'));
        refused(TestFacts.config("sleep"), host, sentence);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'Cmd':['a'],'Env':['=x']}|{}|invalid environment variable: =x",
                "{'Cmd':['a'],'WorkingDir':'rel'}|{}|the working directory 'rel' is invalid, it needs to be an absolute path",
                "{'Cmd':[]}|{}|no command specified",
                "{'Cmd':[],'Entrypoint':['']}|{}|no command specified",
                "{'Cmd':['a'],'Hostname':'h'}|{'UTSMode':'host'}|conflicting options: hostname and the UTS mode",
                "{'Cmd':['a'],'Hostname':'h'}|{'NetworkMode':'container:x'}|conflicting options: hostname and the network mode",
                "{'Cmd':['a'],'Volumes':{'/':{}}}|{}|invalid volume specification: '/': invalid specification: destination can't be '/'"
            })
    void aConfigIsRefused(String config, String host, String sentence) {
        refused(
                jsonb.type(ContainerConfig.class).fromJson(config.replace('\'', '"')),
                jsonb.type(HostConfig.class).fromJson(host.replace('\'', '"')),
                sentence);
    }

    private static void refused(ContainerConfig config, HostConfig host, String sentence) {
        assertThatThrownBy(() -> {
                    ConfigCheck.check(config, host, TestFacts.machine());
                    List<MountPoint> points = MountPoints.of(config, host, List.of(), TestFacts.FILES);
                    assertThat(points).isNotNull();
                    TestFacts.spec(config, host);
                })
                .isInstanceOf(EngineException.class)
                .hasMessage(sentence);
    }
}
