package ondol.engine.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import ondol.engine.DeviceMapping;
import ondol.engine.EngineException;
import ondol.engine.HostConfig;
import ondol.engine.HostConfigBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Containers with users of their own. */
@Timeout(120)
class UserNamespaceTest {
    @TempDir
    Path folder;

    private Rooms rooms;

    @BeforeEach
    void open() throws Exception {
        rooms = new Rooms(folder);
        try {
            rooms.run(Rooms.shell("true").build(), AUTO);
        } catch (EngineException e) {
            assumeTrue(e.kind() != EngineException.Kind.UNSUPPORTED, "needs idmapped mounts: " + e.getMessage());
            throw e;
        }
    }

    @AfterEach
    void close() throws Exception {
        if (rooms != null) {
            rooms.close();
        }
    }

    private static HostConfigBuilder auto() {
        return HostConfigBuilder.builder().usernsMode("auto");
    }

    private static final HostConfig AUTO = auto().build();

    private Path upper(String id) {
        return rooms.dataRoot().resolve("images/snapshots/" + id + "/upper");
    }

    private static Object owner(Path file) throws Exception {
        return Files.getAttribute(file, "unix:uid") + ":" + Files.getAttribute(file, "unix:gid");
    }

    @Test
    void aUserNamespaceOfItsOwn() throws Exception {
        String id = rooms.create(
                Rooms.shell(
                                "id -u; cat /proc/self/uid_map; touch /made; mkdir /home/a; chown 1000:5 /home/a;"
                                        + " stat -c '%n %u:%g' /etc/passwd /data /bin/busybox /dev/null /made; hostname; ls /sys/class/net;"
                                        + " echo x > /data/as-root; echo y >/dev/null; echo out >/dev/stdout; cat /proc/self/gid_map")
                        .hostname("room")
                        .build(),
                AUTO);
        assertThat(rooms.run(id))
                .startsWith("0\n         0     524288      65536\n")
                .contains("/etc/passwd 0:0", "/data 1000:1000", "/dev/null 0:0", "/made 0:0", "room\neth0\nlo\nout\n")
                .endsWith("65536\nexit 0");
        assertThat(owner(upper(id).resolve("made"))).isEqualTo("0:0");
        assertThat(owner(upper(id).resolve("home/a"))).isEqualTo("1000:5");
        assertThat(owner(upper(id).resolve("data/as-root"))).isEqualTo("0:0");
        assertThat(rooms.engine.containers().inspect(id).host().usernsMode()).isEqualTo("auto");
        assertThat(rooms.run(id)).as("the same range again").contains("524288");
        assertThat(rooms.engine.containers().changes(id).toString()).contains("/made");
        rooms.engine.containers().commit(id, "committed", null, null, List.of(), false);
        assertThat(rooms.run(
                        Rooms.shell("stat -c '%n %u:%g' /made /home/a")
                                .image("committed")
                                .build(),
                        HostConfigBuilder.builder().build()))
                .isEqualTo("/made 0:0\n/home/a 1000:5\nexit 0");
    }

    @Test
    void usersAndRights() throws Exception {
        assertThat(rooms.run(
                        Rooms.shell(
                                        "id -u; touch /data/mine; touch /etc/not; echo x >/dev/stdout; cat /proc/self/status")
                                .user("1000:1000")
                                .build(),
                        AUTO))
                .contains(
                        "1000\n",
                        "touch: /etc/not: Permission denied",
                        "x\n",
                        "Seccomp:\t2",
                        "CapEff:\t0000000000000000")
                .endsWith("exit 0");
        assertThat(rooms.run(
                        Rooms.shell(
                                        "cat /proc/self/status; mount -t tmpfs none /home; hostname x; cat /proc/kcore | true;"
                                                + " echo 1 >/proc/sys/kernel/randomize_va_space")
                                .build(),
                        AUTO))
                .contains(
                        "CapEff:\t00000000a80425fb",
                        "Seccomp:\t2",
                        "mount: permission denied",
                        "Operation not permitted")
                .contains("Read-only file system");
        assertThat(rooms.run(
                        Rooms.shell("rm -r /data; echo $?; touch /x").build(),
                        auto().readonlyRootfs(true).build()))
                .contains("Read-only file system");
        assertThat(rooms.run(
                        Rooms.shell("dd if=/dev/zero of=/dev/null bs=200M count=1")
                                .build(),
                        auto().memory(32L << 20).build()))
                .contains("exit 137");
    }

    @Test
    void volumesAndDevices() throws Exception {
        Path shared = Files.createDirectory(folder.resolve("shared"));
        HostConfig host = auto().binds(List.of("vol:/vol", shared + ":/shared", shared + ":/ro:ro"))
                .tmpfs(Map.of("/t", ""))
                .devices(List.of(new DeviceMapping("/dev/null", "/dev/nought", "rw")))
                .build();
        assertThat(rooms.run(
                        Rooms.shell(
                                        "echo v >/vol/v && echo s >/shared/s && echo t >/t/t && chown 7 /shared/s; touch /ro/x;"
                                                + " echo >/dev/nought; ls -l /dev/nought; stat -c %u /vol /shared /t; cat /etc/hosts >/dev/null")
                                .build(),
                        host))
                .contains("touch: /ro/x: Read-only file system", "1,   3", "0\n0\n0\n", "exit 0");
        assertThat(owner(shared.resolve("s"))).isEqualTo("7:0");
        assertThat(owner(rooms.dataRoot().resolve("volumes/vol/_data/v"))).isEqualTo("0:0");
    }

    @Test
    void eachHasItsRange() throws Exception {
        String one = rooms.start(Rooms.shell("sleep 1000").build(), AUTO);
        String two = rooms.start(Rooms.shell("sleep 1000").build(), AUTO);
        int pidOne = rooms.engine.containers().inspect(one).state().pid();
        int pidTwo = rooms.engine.containers().inspect(two).state().pid();
        assertThat(Files.readString(Path.of("/proc/" + pidOne + "/uid_map"))).contains(" 524288 ");
        assertThat(Files.readString(Path.of("/proc/" + pidTwo + "/uid_map"))).contains(" 589824 ");
        assertThat(owner(Path.of("/proc/" + pidTwo))).isEqualTo("589824:589824");
        assertThat(rooms.engine.containers().top(two, null).rows().toString()).startsWith("[[589824, ");
        assertThat(
                        rooms.exec(
                                one,
                                false,
                                "id -u; touch /by-exec; cat /proc/self/uid_map /proc/self/status; echo z >/dev/stdout; kill -9 1 && ls /proc/1"))
                .startsWith("0\n")
                .contains("524288", "z\n", "Seccomp:\t2", "CapEff:\t00000000a80425fb", "uid_map\n")
                .endsWith("exit 0");
        assertThat(owner(upper(one).resolve("by-exec"))).isEqualTo("0:0");
        rooms.restart();
        assertThat(rooms.exec(two, true, "test -t 0 && tty && cat /proc/self/uid_map; touch /tmp"))
                .contains("/dev/pts/", "589824");
        rooms.remove(one);
        String three = rooms.create(Rooms.shell("cat /proc/self/uid_map").build(), AUTO);
        assertThat(rooms.run(three)).as("the lowest that is free").contains("524288");
    }

    @Test
    void filesGoInAndOut() throws Exception {
        String id = rooms.start(Rooms.shell("sleep 1000").build(), AUTO);
        ByteArrayOutputStream tar = new ByteArrayOutputStream();
        rooms.engine.containers().copyOut(id, "/data", tar);
        assertThat(tar.toString(StandardCharsets.ISO_8859_1)).contains("0001750\0" + "0001750\0");
        rooms.engine.containers().copyIn(id, "/home", new ByteArrayInputStream(tar.toByteArray()), false, true);
        rooms.engine.containers().copyIn(id, "/etc", new ByteArrayInputStream(tar.toByteArray()), false, false);
        assertThat(rooms.exec(id, false, "stat -c %u:%g /home/data /etc/data")).isEqualTo("1000:1000\n0:0\nexit 0");
        rooms.engine.containers().kill(id, null);
        rooms.engine.containers().copyIn(id, "/etc", new ByteArrayInputStream(tar.toByteArray()), false, true);
        assertThat(owner(upper(id).resolve("etc/data"))).isEqualTo("1000:1000");
    }

    @Test
    void aTerminal() throws Exception {
        assertThat(rooms.run(
                        Rooms.shell(
                                        "tty; echo console >/dev/console; echo mine >/dev/tty; ls -l /dev/console; sh -c 'cat /proc/self/stat'")
                                .tty(true)
                                .build(),
                        AUTO))
                .startsWith("/dev/pts/0\r\nconsole\r\nmine\r\n")
                .endsWith("exit 0");
    }

    @Test
    void theMachinesOwnFiles() throws Exception {
        String type = Files.getFileStore(Path.of("/")).type();
        assumeTrue(!type.equals("overlay") && !type.equals("rootfs"), "needs a root that is no overlay");
        assertThat(rooms.run(
                        Rooms.shell("id -u; stat -c %u /usr; touch /etc/made && stat -c %u /etc/made")
                                .image("host")
                                .build(),
                        AUTO))
                .isEqualTo("0\n0\n0\nexit 0");
    }

    @Test
    void whatCannotBeIsRefused() {
        for (HostConfigBuilder host : List.of(
                auto().privileged(true), auto().networkMode("host"), auto().pidMode("host"), auto().ipcMode("host"))) {
            assertThatThrownBy(() -> rooms.create(Rooms.shell("true").build(), host.build()))
                    .isInstanceOf(EngineException.class)
                    .hasMessageContaining("--userns=auto");
        }
    }
}
