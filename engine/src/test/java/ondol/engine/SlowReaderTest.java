package ondol.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is attached gets all of the output, however slowly it reads; nobody else makes a container wait. */
final class SlowReaderTest extends OnEngine {
    private static final int MUCH = 1 << 20;
    private static final String WRITES = "head -c " + MUCH + " /dev/zero; echo written >/tmp/done; exit 5";

    private static HostConfigBuilder small(int files) {
        return host().logConfig(new LogConfig("local", Map.of("max-size", "64k", "max-file", String.valueOf(files))));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5})
    void attachedGetsAll(int files) {
        String id = create(shell(WRITES), small(files));
        try (Attachment attachment = containers().attach(id, AttachOptions.ALL)) {
            containers().start(id);
            pause(machine.slow() ? 3000 : 500);
            assertEquals(ContainerDetails.Status.RUNNING, state(id).status(), "it waits");
            Ran ran = ended(attachment, id);
            assertEquals(MUCH, ran.out().length());
            assertEquals(5, ran.code());
        }
        long kept = logs(id).length();
        assertTrue(kept <= (files + 1L) * (64 << 10), "kept " + kept);
        containers().remove(id, true, true);
    }

    @Test
    void whoGoesIsNotWaitedFor() {
        String id = create(shell(WRITES), small(2));
        Attachment attachment = containers().attach(id, AttachOptions.ALL);
        containers().start(id);
        pause(300);
        assertEquals(ContainerDetails.Status.RUNNING, state(id).status(), "it waits");
        attachment.close();
        assertEquals(5, exit(id));
        containers().remove(id, true, true);
    }

    @Test
    void stopEndsWhatWaits() {
        String id = create(shell(WRITES), small(2));
        try (Attachment attachment = containers().attach(id, AttachOptions.ALL)) {
            containers().start(id);
            pause(300);
            containers().stop(id, "KILL", Duration.ofSeconds(5));
            assertEquals(137, state(id).exitCode());
            Streams rest = Streams.read(attachment.output());
            assertNotEquals(0, rest.out().length());
        }
        containers().remove(id, true, true);
    }

    @Test
    void logsMakeNobodyWait() {
        String id = started(shell("sleep 0.3; " + WRITES), small(2));
        try (OutputReader reader = containers().logs(id, new LogOptions(true, true, null, null, -1, true))) {
            assertEquals(5, exit(id));
        }
        containers().remove(id, true, true);
    }
}
