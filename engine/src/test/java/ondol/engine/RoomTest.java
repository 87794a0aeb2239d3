package ondol.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import ondol.linux.Capability;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a container is kept from: its namespaces, its rights, its view of the kernel. */
final class RoomTest extends OnEngine {
    private static final String NAMESPACE = "readlink /proc/self/ns/";

    private static String own(String namespace) {
        try {
            return Files.readSymbolicLink(Path.of("/proc/self/ns/" + namespace)).toString();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"pid", "mnt", "uts", "ipc", "net", "cgroup"})
    void ownNamespaces(String namespace) {
        assertNotEquals(own(namespace), out(NAMESPACE + namespace));
    }

    @Test
    void hostNamespaces() {
        String script = "for n in pid uts ipc net cgroup; do readlink /proc/self/ns/$n; done | xargs";
        String all = String.join(" ", own("pid"), own("uts"), own("ipc"), own("net"), own("cgroup"));
        assertEquals(
                all,
                out(
                        h -> h.pidMode("host")
                                .utsMode("host")
                                .ipcMode("host")
                                .networkMode("host")
                                .cgroupnsMode("host"),
                        script));
    }

    @Test
    void namespacesOfAnotherContainer() {
        String id = started("sleep 60");
        int pid = state(id).pid();
        String ofOther = exec(id, "sh", "-c", "for n in pid ipc net; do readlink /proc/self/ns/$n; done | xargs")
                .out()
                .strip();
        String mode = "container:" + id;
        assertTrue(pid > 0);
        assertEquals(
                ofOther,
                out(
                        h -> h.pidMode(mode).networkMode(mode).ipcMode("container:" + id),
                        "for n in pid ipc net; do readlink /proc/self/ns/$n; done | xargs"));
        assertTrue(out(h -> h.pidMode(mode), "ps").contains("sleep 60"));
        containers().remove(id, true, true);
        EngineException gone = refused(() -> run(shell("true"), host().pidMode(mode)));
        assertTrue(gone.getMessage().contains(id.substring(0, 12)), gone.getMessage());
    }

    @Test
    void whatEndsWithASharedPidNamespace() {
        String id = started("sleep 60");
        String guest = started(shell("sleep 61 & exec sleep 60"), host().pidMode("container:" + id));
        containers().stop(guest, "KILL", null);
        eventually("its child goes too", () -> !exec(id, "ps").out().contains("sleep 61"));
        containers().remove(guest, false, true);
        containers().remove(id, true, true);
    }

    @Test
    void names() {
        assertEquals("floor", out(c -> c.hostname("floor"), h -> h, "hostname"));
        String said = out(
                c -> c.hostname("floor").domainname("warm.house"),
                h -> h.extraHosts(List.of("far:10.9.8.7"))
                        .dns(List.of("10.1.1.1"))
                        .dnsSearch(List.of("warm.house")),
                "hostname; cat /proc/sys/kernel/domainname /etc/hostname; cat /etc/hosts; cat /etc/resolv.conf");
        assertTrue(said.startsWith("floor\nwarm.house\nfloor\n"), said);
        assertTrue(said.contains("10.9.8.7\tfar\n") && said.contains("floor.warm.house floor"), said);
        assertTrue(said.contains("127.0.0.1\tlocalhost\n"), said);
        assertTrue(said.contains("nameserver 10.1.1.1") && said.contains("search warm.house"), said);
    }

    @Test
    void onlyItsOwnProcesses() {
        assertEquals("1", out("ls -d /proc/[0-9]* | head -1 | tr -dc 0-9"));
        assertEquals("1", out("echo $$"));
    }

    @Test
    void loopbackOnly() {
        assertEquals("lo:", out(host -> host.networkMode("none"), "ls /sys/class/net | sed s/$/:/"));
        assertTrue(out(host -> host.networkMode("none"), "ip addr show lo").contains("127.0.0.1/8"));
        assertTrue(out(host -> host.networkMode("none"), "ip link show lo").contains("UP"));
    }

    private static long capabilities(String name, java.util.function.UnaryOperator<HostConfigBuilder> host) {
        return Long.parseUnsignedLong(out(host, "grep " + name + " /proc/self/status | cut -f2"), 16);
    }

    private static long bit(Capability capability) {
        return 1L << capability.ordinal();
    }

    @Test
    void fourteenCapabilities() {
        for (String set : new String[] {"CapEff", "CapPrm", "CapBnd"}) {
            assertEquals(0xa80425fbL, capabilities(set, h -> h), set);
        }
        assertEquals(0, capabilities("CapInh", h -> h));
        assertEquals(0, capabilities("CapAmb", h -> h));
    }

    @Test
    void capabilitiesAddedAndDropped() {
        assertEquals(
                0xa80425fbL | bit(Capability.NET_ADMIN), capabilities("CapEff", h -> h.capAdd(List.of("NET_ADMIN"))));
        assertEquals(
                0xa80425fbL & ~bit(Capability.CHOWN), capabilities("CapEff", h -> h.capDrop(List.of("CAP_CHOWN"))));
        assertEquals(
                bit(Capability.KILL),
                capabilities("CapBnd", h -> h.capDrop(List.of("ALL")).capAdd(List.of("KILL"))));
        String user = out(c -> c.user("ann"), h -> h, "grep CapEff /proc/self/status | cut -f2");
        assertEquals(0, Long.parseUnsignedLong(user, 16));
        EngineException unknown = refused(() -> run(shell("true"), host().capAdd(List.of("FLY"))));
        assertTrue(unknown.getMessage().contains("FLY"), unknown.getMessage());
    }

    @Test
    void privileged() {
        String own = TestMachine.text(Path.of("/proc/self/status"));
        String bounding = own.lines()
                .filter(l -> l.startsWith("CapBnd"))
                .findFirst()
                .orElseThrow()
                .substring(8);
        assertEquals(Long.parseUnsignedLong(bounding, 16), capabilities("CapEff", h -> h.privileged(true)));
        assertEquals(
                "0 rw",
                out(
                        h -> h.privileged(true),
                        "echo $(grep Seccomp: /proc/self/status | cut -f2)"
                                + " $(awk '$5==\"/sys\"{print substr($6,1,2)}' /proc/self/mountinfo)"));
        assertEquals("ok", out(h -> h.privileged(true), "mkdir /m && mount -t tmpfs none /m && umount /m && echo ok"));
    }

    @Test
    void seccomp() {
        assertEquals("2", out("grep Seccomp: /proc/self/status | cut -f2"));
        Ran unshare = run("unshare -n true");
        assertNotEquals(0, unshare.code());
        assertTrue(unshare.err().contains("Operation not permitted"), unshare.err());
        // with the capability, the filter lets it pass; without the filter, the capability alone decides
        assertEquals("0", out(h -> h.capAdd(List.of("SYS_ADMIN")), "unshare -n true; echo $?"));
        assertEquals(
                "0",
                out(h -> h.securityOpt(List.of("seccomp=unconfined")), "grep Seccomp: /proc/self/status | cut -f2"));
        assertEquals(
                "0",
                out(h -> h.securityOpt(List.of("seccomp=unconfined")), "unshare -r true >/dev/null 2>&1; echo $?"),
                "a user namespace needs no capability, only that no filter forbids it");
        Ran mount = run("mount -t tmpfs none /tmp");
        assertTrue(mount.code() != 0 && mount.err().contains("ermi"), mount.err());
    }

    @Test
    void noNewPrivileges() {
        assertEquals("0", out("grep NoNewPrivs /proc/self/status | cut -f2"));
        assertEquals(
                "1",
                out(h -> h.securityOpt(List.of("no-new-privileges")), "grep NoNewPrivs /proc/self/status | cut -f2"));
    }

    @ParameterizedTest
    @CsvSource({
        "echo 1 >/proc/sys/kernel/panic, Read-only",
        "echo b >/proc/sysrq-trigger, Read-only",
        "mkdir /sys/kernel/x, Read-only",
        "mkdir /sys/fs/cgroup/x, Read-only",
        "echo 0 >/proc/irq/default_smp_affinity, Read-only"
    })
    void readOnlyPaths(String script, String words) {
        Ran ran = run(script);
        assertNotEquals(0, ran.code());
        assertTrue(ran.err().contains(words) || ran.err().contains("nonexistent"), ran.err());
    }

    @Test
    void maskedPaths() {
        assertEquals("0", out("cat /proc/kcore /proc/keys /proc/timer_list 2>/dev/null | head -c 100 | wc -c"));
        assertEquals("", out("ls /proc/acpi /proc/scsi /sys/firmware 2>/dev/null | grep -v :; true"));
        assertTrue(out(h -> h.securityOpt(List.of("systempaths=unconfined")), "cat /proc/timer_list | wc -c")
                        .compareTo("0")
                > 0);
    }

    @Test
    void devices() {
        assertEquals(
                "console core fd full mqueue null ptmx pts random shm stderr stdin stdout tty urandom zero",
                out(c -> c.tty(true), h -> h, "ls /dev | xargs"));
        assertEquals("crw-rw-rw-", out("ls -l /dev/null | cut -c1-10"));
        assertEquals("4", out("head -c 4 /dev/urandom | wc -c"));
    }

    @Test
    void aNodeOfTheDiskDoesNotOpen() {
        Ran ran = run(
                "mknod /disk b 254 0 && mknod /mem c 1 1 && ls /disk /mem; dd if=/disk bs=1 count=1; dd if=/mem bs=1 count=1");
        assertTrue(ran.out().contains("/disk"), ran.toString());
        assertEquals(
                2,
                ran.err()
                        .lines()
                        .filter(l -> l.contains("Operation not permitted"))
                        .count(),
                ran.toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"/dev/fuse", "/dev/net/tun"})
    void devicesOnRequest(String device) {
        org.junit.jupiter.api.Assumptions.assumeTrue(Files.exists(Path.of(device)), "this machine has no " + device);
        assertEquals(
                "opened",
                out(
                        h -> h.devices(List.of(new DeviceMapping(device, null, null))),
                        "exec 3<>" + device + " && echo opened"));
        assertEquals(
                "elsewhere",
                out(
                        h -> h.devices(List.of(new DeviceMapping(device, "/dev/mine", "rwm"))),
                        "exec 3<>/dev/mine && echo elsewhere"));
        Ran readOnly = run(
                shell("exec 3<" + device + "; echo read; exec 4>" + device),
                host().devices(List.of(new DeviceMapping(device, device, "r"))));
        assertTrue(readOnly.out().contains("read") && readOnly.code() != 0, readOnly.toString());
        assertTrue(readOnly.err().contains("ermi"), readOnly.err());
        Ran without = run(device.equals("/dev/fuse") ? "mknod /n c 10 229; exec 3</n" : "mknod /n c 10 200; exec 3</n");
        assertTrue(without.code() != 0 && without.err().contains("ermi"), without.toString());
        EngineException missing = refused(
                () -> run(shell("true"), host().devices(List.of(new DeviceMapping("/dev/nosuch", null, null)))));
        assertTrue(missing.getMessage().contains("/dev/nosuch"), missing.getMessage());
    }

    @Test
    void limitsOfTheProcess() {
        assertEquals(
                "512 1024",
                out(h -> h.ulimits(List.of(new Ulimit("nofile", 512, 1024))), "echo $(ulimit -Sn) $(ulimit -Hn)"));
        assertEquals("0", out(h -> h.ulimits(List.of(new Ulimit("core", 0, 0))), "ulimit -c"));
        String id = started(shell("sleep 60"), host().ulimits(List.of(new Ulimit("nofile", 99, 100))));
        assertEquals("99", exec(id, "sh", "-c", "ulimit -n").out().strip());
        containers().remove(id, true, true);
    }

    @Test
    void sysctl() {
        assertEquals("1234", out(h -> h.sysctls(Map.of("kernel.msgmax", "1234")), "cat /proc/sys/kernel/msgmax"));
        assertEquals("1", out(h -> h.sysctls(Map.of("net.ipv4.ip_forward", "1")), "cat /proc/sys/net/ipv4/ip_forward"));
        EngineException forbidden = refused(() -> run(shell("true"), host().sysctls(Map.of("kernel.panic", "1"))));
        assertTrue(forbidden.getMessage().contains("kernel.panic"), forbidden.getMessage());
    }

    @Test
    void sharedMemory() {
        assertEquals("65536", out("df -k /dev/shm | tail -1 | awk '{print $2}'"));
        assertEquals("1024", out(h -> h.shmSize(1L << 20), "df -k /dev/shm | tail -1 | awk '{print $2}'"));
    }

    @Test
    void chroot() {
        String said = out(h -> h.isolation("chroot"), "ls / | xargs; readlink /proc/self/ns/pid 2>/dev/null; true");
        assertTrue(said.startsWith("bin data") && said.contains(" plain tmp"), said);
        String id = create(
                shell("echo new >/data/new; rm /data/first; mount -t tmpfs none /tmp"), host().isolation("chroot"));
        containers().start(id);
        assertNotEquals(0, exit(id), "mounting is forbidden there too");
        assertTrue(
                containers().changes(id).contains(new Containers.Change(Containers.Change.Kind.ADDED, "/data/new")),
                containers().changes(id).toString());
        containers().remove(id, false, true);
        EngineException refused = refused(() -> create(shell("true").image("host"), host().isolation("chroot")));
        assertTrue(refused.getMessage().contains("chroot"), refused.getMessage());
    }

    @Test
    void hostImage() throws IOException {
        Path secret = Files.createTempFile(Path.of("/root"), "ondol-test", "");
        try {
            Ran ran = run(
                    ContainerConfigBuilder.builder()
                            .image("host")
                            .cmd(List.of(
                                    "sh",
                                    "-c",
                                    "touch /etc/ondol-test-x && ls /etc/ondol-test-x; ls -A /root /home; test -e "
                                            + folder + " && echo own state; echo end")),
                    host());
            assertEquals(0, ran.code(), ran.toString());
            assertFalse(ran.out().contains(secret.getFileName().toString()), ran.out());
            assertEquals(
                    "/etc/ondol-test-x /home: /root: end", ran.out().strip().replaceAll("\\s+", " "));
            assertFalse(Files.exists(Path.of("/etc/ondol-test-x")));
        } finally {
            Files.delete(secret);
        }
    }
}
