package ondol.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import ondol.linux.disk.DiskImage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Disk that is limited: writable layers and volumes. Here by filesystems in files; {@code ProjectQuotaTest} has the other way. */
final class DiskSpaceTest extends OnEngine {
    @BeforeEach
    void needed() {
        assumeTrue(DiskImage.maker().isPresent(), "mkfs.ext4 is not installed (Debian's e2fsprogs)");
        assumeTrue(Files.exists(Path.of("/dev/loop-control")), "this machine has no loop devices");
    }

    private static HostConfigBuilder sized(String size) {
        return host().storageOpt(Map.of("size", size));
    }

    /** The devices over a file of this container. */
    private static List<String> loops(String id) throws Exception {
        try (var devices = Files.newDirectoryStream(Path.of("/sys/block"), "loop*")) {
            List<String> found = new java.util.ArrayList<>();
            for (Path device : devices) {
                String file = TestMachine.text(device.resolve("loop/backing_file"));
                if (file.contains(id)) {
                    found.add(device + " " + file);
                }
            }
            return found;
        }
    }

    @Test
    void aFullLayerSaysSoAndHarmsNobody() throws Exception {
        String id = create(shell("dd if=/dev/zero of=/big bs=1M count=64 2>&1; echo code $?; sleep 60"), sized("24m"));
        String other = started(shell("sleep 60"), host());
        containers().start(id);
        eventually("full", () -> logs(id).contains("code 1"));
        assertTrue(logs(id).contains("No space left"), logs(id));
        assertEquals(
                0,
                exec(other, "dd", "if=/dev/zero", "of=/big", "bs=1M", "count=32")
                        .code());
        long written = containers().sizes(id).writable();
        assertTrue(written > 8 << 20 && written < 24 << 20, written + " bytes");
        assertEquals(0, exec(id, "rm", "/big").code());
        assertEquals(
                0,
                exec(id, "dd", "if=/dev/zero", "of=/small", "bs=1M", "count=4").code());
        containers().stop(id, null, java.time.Duration.ZERO);
        containers().start(id); // what was written is there again
        assertEquals(0, exec(id, "test", "-s", "/small").code());
        assertEquals(1, loops(id).size(), loops(id).toString());
        containers().remove(id, true, true);
        containers().remove(other, true, true);
        eventually("no loop device", () -> {
            try {
                return loops(id).isEmpty();
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        });
        assertEquals(List.of(), machine.mounts());
    }

    @Test
    void aVolumeOfASize() throws Exception {
        Volumes.Volume volume = engine.volumes().create("little", Map.of(), Map.of("size", "16m"));
        try (var files = Files.list(Path.of(volume.mountpoint()))) {
            assertEquals(0, files.count(), "a new volume is empty");
        }
        Ran ran = run(
                shell("dd if=/dev/zero of=/v/big bs=1M count=32; df -m /v | tail -1"),
                host().binds(List.of("little:/v")));
        assertTrue(ran.err().contains("No space left"), ran.toString());
        assertEquals(Map.of("size", "16m"), engine.volumes().inspect("little").options());
        engine.volumes().remove("little", false);
        assertFalse(Files.exists(Path.of(volume.mountpoint())));
        assertEquals(List.of(), machine.mounts());
    }

    @Test
    void badSizes() {
        for (String size : List.of("", "0", "many", "-1", "4k")) {
            refused(() -> create(shell("true"), sized(size)));
            refused(() -> engine.volumes().create("bad", Map.of(), Map.of("size", size)));
        }
        refused(() -> create(shell("true"), host().storageOpt(Map.of("dm.basesize", "1G"))));
        refused(() -> engine.volumes().create("bad", Map.of(), Map.of("type", "nfs")));
        assertTrue(engine.volumes().list().isEmpty());
        assertEquals(List.of(), machine.mounts());
    }
}
