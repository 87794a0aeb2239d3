package ondol.engine.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import ondol.engine.AttachOptions;
import ondol.engine.Attachment;
import ondol.engine.Containers.WaitCondition;
import ondol.engine.HostConfig;
import ondol.engine.HostConfigBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a container wrote that was removed before anybody came to read it. */
@Timeout(60)
class RemovedOutputTest {
    private static final HostConfig REMOVE =
            HostConfigBuilder.builder().autoRemove(true).build();

    @TempDir
    Path folder;

    @Test
    void whoeverIsAttachedReadsAllOfIt() throws Exception {
        try (Rooms rooms = new Rooms(folder)) {
            String id = rooms.create(Rooms.shell("echo one; echo two").build(), REMOVE);
            Path log = rooms.dataRoot().resolve("containers").resolve(id);
            try (Attachment attachment = rooms.engine.containers().attach(id, AttachOptions.ALL)) {
                var removed = rooms.engine.containers().await(id, WaitCondition.REMOVED);
                rooms.engine.containers().start(id);
                assertThat(removed.get(30, TimeUnit.SECONDS)).isZero();
                assertThat(log).isDirectory();
                assertThat(Rooms.read(attachment.output())).isEqualTo("one\ntwo\n");
            }
            assertThat(Files.exists(log)).isFalse();
        }
    }
}
