package ondol.engine.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import ondol.engine.Containers.WaitCondition;
import ondol.engine.HostConfig;
import ondol.engine.HostConfigBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Containers that have a root of their own and nothing else. */
@Timeout(60)
class ChrootTest {
    private static final HostConfig CHROOT =
            HostConfigBuilder.builder().isolation("chroot").build();

    @TempDir
    Path folder;

    private Rooms rooms;

    @BeforeEach
    void open() throws Exception {
        rooms = new Rooms(folder);
    }

    @AfterEach
    void close() throws Exception {
        if (rooms != null) {
            rooms.close();
        }
    }

    @Test
    void aRootOfItsOwnAndNothingElse() throws Exception {
        String id = rooms.create(
                Rooms.shell("ls -d /etc /usr /proc; echo x >/dev/null && touch /made; id -u; hostname; ls /dev; pwd")
                        .workingDir("/some/where")
                        .build(),
                CHROOT);
        assertThat(rooms.engine.containers().explain(id)).contains("chroot(.)").doesNotContain("mount(");
        String output = rooms.run(id);
        assertThat(output)
                .contains(
                        "/etc\n", "ls: /usr: No such file", "ls: /proc: No such file", "0\n", "null\n", "/some/where\n")
                .contains(Files.readString(Path.of("/proc/sys/kernel/hostname")))
                .endsWith("exit 0");
        assertThat(rooms.engine.containers().changes(id).toString())
                .contains("/made")
                .doesNotContain("/dev");
        ByteArrayOutputStream tar = new ByteArrayOutputStream();
        rooms.engine.containers().export(id, tar);
        assertThat(tar.toString(StandardCharsets.ISO_8859_1)).contains("made").contains("bin/busybox");
        rooms.engine.containers().commit(id, "committed", null, null, List.of(), false);
        assertThat(rooms.run(
                        Rooms.shell("ls /made").image("committed").build(),
                        HostConfigBuilder.builder().build()))
                .isEqualTo("/made\nexit 0");
        assertThat(rooms.run(id)).as("its files stay").contains("/some/where");
    }

    @Test
    void itsUserAndLimits() throws Exception {
        assertThat(rooms.run(
                        Rooms.shell("id -u; touch /data/mine && touch /etc/not")
                                .user("me")
                                .build(),
                        CHROOT))
                .contains("1000\n", "Permission denied")
                .endsWith("exit 1");
        assertThat(rooms.run(
                        Rooms.shell("dd if=/dev/zero of=/dev/null bs=200M count=1")
                                .build(),
                        HostConfigBuilder.builder(CHROOT).memory(32L << 20).build()))
                .contains("exit 137");
        // whoever may call chroot leaves one
        assertThat(rooms.run(Rooms.shell("/bin/busybox chroot / true").build(), CHROOT))
                .contains("Operation not permitted");
    }

    @Test
    void execAndStopAndTheRest() throws Exception {
        String id = rooms.start(
                Rooms.shell("touch /here; trap 'exit 7' TERM; sleep 1000 & sleep 1000 & while :; do sleep 0.1; done")
                        .build(),
                CHROOT);
        String group = Files.readString(
                Path.of("/proc/" + rooms.engine.containers().inspect(id).state().pid() + "/cgroup"));
        assertThat(group).contains(id);
        while (!rooms.exec(id, false, "ls -d /here /usr; pwd").contains("/here\n")) {
            Thread.sleep(20);
        }
        assertThat(rooms.exec(id, true, "test -t 1 && id -u; ls -d /usr"))
                .contains("0\r\n")
                .contains("No such file");
        rooms.restart();
        assertThat(rooms.exec(id, false, "ls -d /here /usr"))
                .contains("/here\n")
                .contains("No such file");
        assertThat(rooms.engine.containers().top(id, null).rows().toString()).contains("sleep 1000");
        List<String> pids = rooms.engine.containers().top(id, null).rows().stream()
                .map(row -> row.get(1))
                .toList();
        rooms.engine.containers().stop(id, null, Duration.ofSeconds(5));
        assertThat(rooms.engine
                        .containers()
                        .await(id, WaitCondition.NOT_RUNNING)
                        .get(10, TimeUnit.SECONDS))
                .isEqualTo(7);
        assertThat(pids).hasSizeGreaterThan(2).allMatch(ChrootTest::ended);
    }

    /** Gone, or dead and not yet waited for by the machine's process 1. */
    private static boolean ended(String pid) {
        try {
            return Files.readString(Path.of("/proc/" + pid + "/stat")).contains(") Z ");
        } catch (IOException e) {
            return true;
        }
    }

    @Test
    void aTerminal() throws Exception {
        assertThat(rooms.run(
                        Rooms.shell("test -t 0 && echo x >/dev/tty && echo yes")
                                .tty(true)
                                .build(),
                        CHROOT))
                .isEqualTo("x\r\nyes\r\nexit 0");
    }

    @Test
    void whatMakesNoSenseIsRefused() {
        List<HostConfigBuilder> refused = List.of(
                HostConfigBuilder.builder().binds(List.of("/tmp:/tmp")),
                HostConfigBuilder.builder().privileged(true),
                HostConfigBuilder.builder().readonlyRootfs(true),
                HostConfigBuilder.builder().pidMode("container:x"),
                HostConfigBuilder.builder().usernsMode("auto"));
        for (HostConfigBuilder host : refused) {
            assertThatThrownBy(() -> rooms.create(
                            Rooms.shell("true").build(),
                            host.isolation("chroot").build()))
                    .hasMessageStartingWith("isolation chroot goes without ");
        }
        assertThatThrownBy(() -> rooms.create(Rooms.shell("true").image("host").build(), CHROOT))
                .hasMessageContaining("the machine's own files cannot be copied");
    }
}
