package ondol.engine.spec;

import static org.assertj.core.api.Assertions.assertThat;

import io.avaje.jsonb.Jsonb;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import ondol.engine.ContainerConfig;
import ondol.engine.HostConfig;
import ondol.oci.runtime.ConsoleSize;
import ondol.oci.runtime.CpuResources;
import ondol.oci.runtime.Device;
import ondol.oci.runtime.Linux;
import ondol.oci.runtime.LinuxResources;
import ondol.oci.runtime.MemoryResources;
import ondol.oci.runtime.Mount;
import ondol.oci.runtime.Namespace;
import ondol.oci.runtime.PidsResources;
import ondol.oci.runtime.Process;
import ondol.oci.runtime.Rlimit;
import ondol.oci.runtime.Spec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SpecPartsTest {
    private static final Jsonb JSONB = Jsonb.builder().build();

    private static HostConfig host(String json) {
        return JSONB.type(HostConfig.class).fromJson(json.replace('\'', '"'));
    }

    private static ContainerConfig config(String json) {
        return JSONB.type(ContainerConfig.class).fromJson(json.replace('\'', '"'));
    }

    private static Linux linux(Spec spec) {
        return Objects.requireNonNull(spec.linux());
    }

    private static Process process(Spec spec) {
        return Objects.requireNonNull(spec.process());
    }

    private static LinuxResources resources(String json) {
        return Objects.requireNonNull(linux(TestFacts.spec(host(json))).resources());
    }

    private static Mount mount(Spec spec, String destination) {
        return Objects.requireNonNull(spec.mounts()).stream()
                .filter(mount -> mount.destination().equals(destination))
                .findAny()
                .orElseThrow();
    }

    @Test
    void theUsersEnvironmentWinsAndANameAloneRemoves() {
        ContainerConfig config =
                config("{'Cmd':['a'],'Tty':true,'Env':['TERM','A=1','PATH=/x','A=2','B=x=y','HOSTNAME']}");
        assertThat(process(TestFacts.spec(config, host("{}"))).env())
                .containsExactly("PATH=/x", "A=2", "B=x=y", "HOME=/root");
        ContainerConfig withoutHome = config("{'Cmd':['a'],'Env':['HOME']}");
        assertThat(process(TestFacts.spec(withoutHome, host("{}"))).env())
                .containsExactly("PATH=" + EnvironmentVariables.PATH, "HOSTNAME=0123456789ab");
    }

    @Test
    void theCommandIsEntrypointAndArguments() {
        ContainerConfig config = config("{'Entrypoint':['/e','1'],'Cmd':['2'],'WorkingDir':'/a/../b/','Tty':true}");
        Process process = process(TestFacts.spec(config, host("{'Init':true,'ConsoleSize':[25,80]}")));
        assertThat(process.args()).containsExactly("/sbin/docker-init", "--", "/e", "1", "2");
        assertThat(process.cwd()).isEqualTo("/b");
        assertThat(process.terminal()).isTrue();
        assertThat(process.consoleSize()).isEqualTo(new ConsoleSize(25, 80));
        assertThat(process(TestFacts.spec(config, host("{'Init':true,'PidMode':'host'}")))
                        .args())
                .containsExactly("/e", "1", "2");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{}|mount network uts pid ipc cgroup",
                "{'NetworkMode':'host','PidMode':'host'}|mount uts ipc cgroup",
                "{'NetworkMode':'none','IpcMode':'none','CgroupnsMode':'private'}|mount network uts pid ipc cgroup",
                "{'Isolation':'chroot'}|mount",
                "{'PidMode':'container:other','NetworkMode':'container:other'}|mount network=/proc/4711/ns/net uts pid=/proc/4711/ns/pid ipc cgroup"
            })
    void namespacesAreTheContainersOwnOrShared(String json, String expected) {
        List<Namespace> namespaces =
                Objects.requireNonNull(linux(TestFacts.spec(host(json))).namespaces());
        assertThat(namespaces.stream()
                        .map(one -> one.path() == null ? one.type() : one.type() + "=" + one.path())
                        .toList())
                .containsExactly(expected.split(" "));
    }

    @Test
    void aContainerHasACgroupNamespaceUnlessToldOrPrivileged() {
        HostFacts machine = HostFactsBuilder.builder(TestFacts.machine())
                .unifiedCgroups(true)
                .build();
        for (Map.Entry<String, Boolean> one : Map.of(
                        "{}", true, "{'CgroupnsMode':'host'}", false, "{'Privileged':true}", false)
                .entrySet()) {
            ContainerConfig config = TestFacts.config("a");
            HostConfig host = host(one.getKey());
            Spec spec = SpecFactory.create(config, host, TestFacts.container(config, host), machine);
            assertThat(Objects.requireNonNull(linux(spec).namespaces()).contains(new Namespace("cgroup", null)))
                    .as(one.getKey())
                    .isEqualTo(one.getValue());
        }
    }

    @Test
    void aChrootSharesTheHostsNames() {
        Spec spec = TestFacts.spec(host("{'Isolation':'chroot'}"));
        assertThat(spec.hostname()).isNull();
        assertThat(process(spec).env()).contains("HOSTNAME=machine");
        assertThat(mount(spec, "/dev/shm").source()).isEqualTo("/dev/shm");
        assertThat(linux(spec).sysctl()).isNull();
    }

    @Test
    void theIpcOfAnotherContainerComesWithItsSharedMemory() {
        Spec spec = TestFacts.spec(host("{'IpcMode':'container:other'}"));
        assertThat(mount(spec, "/dev/shm").source()).isEqualTo("/proc/4711/root/dev/shm");
        assertThat(linux(spec).namespaces()).contains(new Namespace("ipc", "/proc/4711/ns/ipc"));
    }

    @Test
    void limitsThatAreNotSaidAreNotThere() {
        LinuxResources resources = resources("{'Memory':0,'PidsLimit':null,'CpusetCpus':'','BlkioWeight':0}");
        assertThat(resources.memory()).isNull();
        assertThat(resources.cpu()).isNull();
        assertThat(resources.pids()).isNull();
        assertThat(resources.blockIO()).isNull();
    }

    @Test
    void limitsHaveDockersMeaning() {
        assertThat(resources("{'Memory':67108864}").memory())
                .isEqualTo(new MemoryResources(67108864L, null, 134217728L, null, null, null, null, null, null));
        assertThat(resources("{'Memory':67108864,'MemorySwap':-1,'MemorySwappiness':-1}")
                        .memory())
                .isEqualTo(new MemoryResources(67108864L, null, -1L, null, null, null, null, null, null));
        assertThat(resources("{'Memory':9223372036854771712}").memory())
                .isEqualTo(new MemoryResources(9223372036854771712L, null, -1L, null, null, null, null, null, null));
        assertThat(resources("{'NanoCpus':1500000000}").cpu())
                .isEqualTo(new CpuResources(null, 150000L, null, 100000L, null, null, null, null, null));
        assertThat(resources("{'CpuQuota':-1,'CpuShares':2}").cpu())
                .isEqualTo(new CpuResources(2L, -1L, null, null, null, null, null, null, null));
        assertThat(resources("{'PidsLimit':0}").pids()).isEqualTo(new PidsResources(-1L));
        assertThat(resources("{'PidsLimit':7}").pids()).isEqualTo(new PidsResources(7L));
        assertThat(process(TestFacts.spec(host("{'Ulimits':[{'Name':'core','Soft':-1,'Hard':-1}]}")))
                        .rlimits())
                .containsExactly(new Rlimit("RLIMIT_CORE", Rlimit.UNLIMITED, Rlimit.UNLIMITED));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            nullValues = "none",
            value = {
                "{}|SCMP_ACT_ERRNO",
                "{'SecurityOpt':['seccomp=builtin']}|SCMP_ACT_ERRNO",
                "{'SecurityOpt':['seccomp=unconfined']}|none",
                "{'SecurityOpt':['seccomp={}']}|SCMP_ACT_LOG",
                "{'SecurityOpt':['seccomp:{}']}|SCMP_ACT_LOG",
                "{'Privileged':true}|none",
                "{'Privileged':true,'SecurityOpt':['seccomp={}']}|SCMP_ACT_LOG"
            })
    void seccompIsTheStandardOneUnlessSaid(String json, String action) {
        assertThat(linux(TestFacts.spec(host(json))).seccomp())
                .isEqualTo(action == null ? null : TestFacts.seccomp(action));
    }

    @Test
    void pathsOfTheKernelAreProtectedUnlessSaid() {
        assertThat(linux(TestFacts.spec(host("{}"))).maskedPaths()).contains("/proc/kcore");
        assertThat(linux(TestFacts.spec(host("{}"))).readonlyPaths()).contains("/proc/sys");
        for (String open : List.of(
                "{'MaskedPaths':[],'ReadonlyPaths':[]}",
                "{'SecurityOpt':['systempaths=unconfined']}",
                "{'Privileged':true}")) {
            assertThat(linux(TestFacts.spec(host(open))).maskedPaths()).as(open).isNull();
            assertThat(linux(TestFacts.spec(host(open))).readonlyPaths())
                    .as(open)
                    .isNull();
        }
    }

    @Test
    void mountsOfUsersReplaceThoseOfTheKernel() {
        Spec spec = TestFacts.spec(
                host("{'Binds':['/x/./y:/dev','vol:/sys:ro'],'Tmpfs':{'/proc':'exec,size=1m,size=2m,suid'}}"));
        assertThat(Objects.requireNonNull(spec.mounts()).stream().map(Mount::destination))
                .containsExactly("/sys/fs/cgroup", "/proc", "/dev", "/sys");
        assertThat(mount(spec, "/dev").source()).isEqualTo("/x/y");
        assertThat(mount(spec, "/sys").source()).isEqualTo("/volumes/vol");
        assertThat(mount(spec, "/sys").options()).containsExactly("rbind", "rro");
        assertThat(mount(spec, "/proc").options()).containsExactly("nodev", "rprivate", "exec", "size=2m", "suid");
    }

    @Test
    void mountsCanSpreadWhereTheirSourcesDo() {
        assertThat(linux(TestFacts.spec(host("{'Binds':['/shared/a:/a:rshared','/slave/b:/b:rslave']}")))
                        .rootfsPropagation())
                .isEqualTo("shared");
        assertThat(linux(TestFacts.spec(host("{'Binds':['/slave/b:/b:rslave']}")))
                        .rootfsPropagation())
                .isEqualTo("rslave");
        assertThat(linux(TestFacts.spec(host("{'Binds':['/slave/b:/b']}"))).rootfsPropagation())
                .isNull();
    }

    @Test
    void whatComesFromOthersYieldsAndTheImagesVolumesComeLast() {
        ContainerConfig config = config("{'Cmd':['a'],'Volumes':{'/a':{},'/b':{},'/t':{},'/c/':{}}}");
        HostConfig host = host("{'Binds':['/src:/a'],'Tmpfs':{'/t':''},'VolumeDriver':'local'}");
        List<MountPoint> others =
                MountPoints.of(config("{}"), host("{'Binds':['one:/a','two:/b:ro']}"), List.of(), TestFacts.FILES);
        assertThat(MountPoints.of(config, host, others, TestFacts.FILES).stream()
                        .map(point ->
                                point.destination() + " " + point.type() + " " + point.name() + " " + point.readOnly()))
                .containsExactly("/b volume two true", "/a bind null false", "/c volume null false");
    }

    @Test
    void devicesOfAFolderKeepTheirNames() {
        Spec spec = TestFacts.spec(host("{'Devices':[{'PathOnHost':'/dev/net/','PathInContainer':'/dev/n'}]}"));
        assertThat(linux(spec).devices()).containsExactly(new Device("c", "/dev/n/tun", 10L, 200L, 0600, 0L, 0L));
    }

    @Test
    void thisMachineCanRunAContainer() {
        HostFacts machine = LinuxHostFacts.read(false, true, TestFacts.PROFILES, null);
        assertThat(machine.cpus()).isPositive();
        ContainerConfig config = TestFacts.config("sleep");
        HostConfig host =
                host("{'CpusetCpus':'" + machine.cpuset() + "','CpusetMems':'" + machine.memoryNodes() + "'}");
        ConfigCheck.check(config, host, machine);
        Spec spec = SpecFactory.create(config, host, TestFacts.container(config, host), machine);
        assertThat(Objects.requireNonNull(process(spec).capabilities()).bounding())
                .contains("CAP_CHOWN");
    }

    @Test
    void filesOfThisMachineAreFound() throws IOException {
        LinuxHostFiles files = new LinuxHostFiles();
        assertThat(files.devices("/dev/null"))
                .containsExactly(new HostFiles.DeviceNode("/dev/null", "c", 1, 3, 0666, 0, 0));
        assertThat(files.devices("/dev").stream().map(HostFiles.DeviceNode::path))
                .contains("/dev/zero", "/dev/full")
                .doesNotContain("/dev/console", "/dev/fd/0")
                .noneMatch(path -> path.startsWith("/dev/pts/"));
        assertThat(files.devices("/proc/self/status")).isEmpty();
        assertThat(files.mountOf("/proc/self/status").getKey()).isEqualTo("/proc");
        assertThat(files.exists("/proc/self")).isTrue();
        assertThat(files.exists("/nowhere/at/all")).isFalse();
    }
}
