package ondol.engine.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import ondol.engine.ContainerDetails.Status;
import ondol.engine.EngineException;
import ondol.engine.ExecConfigBuilder;
import ondol.engine.HostConfig;
import ondol.engine.HostConfigBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Verbs whose later steps fail, or are overtaken: nothing of them stays half done. */
@Timeout(60)
class HalfDoneTest {
    private static final HostConfig PLAIN =
            HostConfigBuilder.builder().networkMode("none").build();

    @TempDir
    Path folder;

    private Rooms rooms;
    private String id;

    @BeforeEach
    void begin() throws Exception {
        rooms = new Rooms(folder);
        id = rooms.start(
                Rooms.shell("trap 'exit 3' TERM; touch /ready; while :; do sleep 0.1; done")
                        .build(),
                PLAIN);
        rooms.exec(id, false, "until [ -e /ready ]; do sleep 0.05; done"); // before that, TERM would not be heard
    }

    @AfterEach
    void end() throws Exception {
        if (rooms != null) {
            rooms.close();
        }
    }

    /** A folder lies where the record's next version is written. */
    private Path noRecord() throws Exception {
        Path half = rooms.dataRoot().resolve("containers").resolve(id).resolve("container.json.new");
        while (Files.exists(half)) {
            Thread.sleep(1); // it is being written
        }
        Files.createDirectories(half.resolve("in the way"));
        return half;
    }

    private static void free(Path half) throws Exception {
        Files.delete(half.resolve("in the way"));
        Files.delete(half);
    }

    private Status status() {
        return rooms.engine.containers().inspect(id).state().status();
    }

    @Test
    void aPauseThatCannotBeNotedIsNone() throws Exception {
        Path half = noRecord();
        assertThatThrownBy(() -> rooms.engine.containers().pause(id))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("cannot write");
        free(half);
        assertThat(status()).isEqualTo(Status.RUNNING);
        assertThat(rooms.exec(id, false, "echo it runs")).isEqualTo("it runs\nexit 0");
    }

    @Test
    void aNameThatCannotBeNotedIsFree() throws Exception {
        Path half = noRecord();
        assertThatThrownBy(() -> rooms.engine.containers().rename(id, "other"))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("cannot write");
        free(half);
        rooms.engine.containers().create("other", Rooms.shell("true").build(), PLAIN);
    }

    @Test
    void aCommitStandsWhoeverEndsTheContainerMeanwhile() throws Exception {
        rooms.exec(id, false, "dd if=/dev/urandom of=/large bs=1M count=64");
        CompletableFuture<Void> killed = CompletableFuture.runAsync(() -> {
            while (status() != Status.PAUSED) {
                Thread.onSpinWait();
            }
            rooms.engine.containers().kill(id, null);
        });
        String image = rooms.engine.containers().commit(id, "large", null, null, List.of(), true);
        killed.get(30, TimeUnit.SECONDS);
        assertThat(rooms.engine.images().inspect("large").id()).isEqualTo(image);
        assertThat(status()).isEqualTo(Status.EXITED);
    }

    @Test
    void patienceMayBeAsLongAsItLikes() {
        rooms.engine.containers().stop(id, null, Duration.ofSeconds(Long.MAX_VALUE));
        assertThat(rooms.engine.containers().inspect(id).state().exitCode()).isEqualTo(3);
    }

    @Test
    void anExecutionThatNobodyCanStartAnyMoreIsForgotten() {
        var execs = rooms.engine.execs();
        var config = ExecConfigBuilder.builder().cmd(List.of("true")).build();
        String never = execs.create(id, config);
        rooms.engine.containers().remove(id, true, false);
        id = rooms.start(Rooms.shell("sleep 60").build(), PLAIN);
        String other = execs.create(id, config);
        assertThat(execs.inspect(other).running()).isFalse();
        assertThatThrownBy(() -> execs.inspect(never)).hasMessageContaining("No such exec instance");
    }
}
