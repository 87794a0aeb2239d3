package ondol.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import ondol.linux.KernelException;
import ondol.linux.Mounts;
import ondol.linux.disk.LoopDevice;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A tenant's {@code --disk} on a filesystem with project quotas, which the test makes: what runs is held to it. */
final class TenantDiskTest extends OnEngine {
    private static final long MIB = 1 << 20;
    private static final Path MKFS = Path.of("/usr/sbin/mkfs.ext4");

    @TempDir
    static Path place;

    private static boolean moved;

    /** In place of the engine that was opened on the machine's own filesystem. */
    @BeforeAll
    static void moveToQuotas() throws Exception {
        assumeTrue(Files.exists(MKFS), "there is no mkfs.ext4 (Debian's e2fsprogs)");
        assumeTrue(Files.exists(Path.of("/dev/loop-control")), "this machine has no loop devices");
        Path image = place.resolve("image");
        try (RandomAccessFile made = new RandomAccessFile(image.toFile(), "rw")) {
            made.setLength(192 * MIB);
        }
        Process mkfs = new ProcessBuilder(
                        MKFS.toString(), "-q", "-O", "quota,project", "-E", "quotatype=prjquota", image.toString())
                .inheritIO()
                .start();
        assertEquals(0, mkfs.waitFor());
        Path mounted = Files.createDirectory(place.resolve("mounted"));
        try (LoopDevice.Attached device = LoopDevice.attachFor(image, true)) {
            Mounts.mount(device.path(), mounted.toString(), "ext4", 0, "prjquota");
        } catch (KernelException e) {
            assumeTrue(false, "this kernel has no quotas of projects: " + e.getMessage());
        }
        moved = true;
        engine.close();
        engine = Engines.open(EngineOptions.at(mounted));
        engine.images().importFolder(machine.busyboxRoot(), "busybox");
    }

    @AfterAll
    static void moveBack() throws IOException {
        Path mounted = place.resolve("mounted");
        if (!moved) {
            return; // skipped
        }
        engine.containers().list().forEach(c -> engine.containers().remove(c.id(), true, true));
        engine.tenants().list().forEach(tenant -> engine.tenants().remove(tenant.name(), true));
        engine.close();
        Mounts.umount2(mounted.toString(), Mounts.MNT_DETACH);
        engine = Engines.open(EngineOptions.at(folder));
    }

    private static ContainerConfigBuilder of(String tenant, String script) {
        return shell(script).labels(Map.of(Tenants.LABEL, tenant));
    }

    /** Mebibytes that a container can write until it is told that there is no more. */
    private static String fill(String file, int mebibytes) {
        return "dd if=/dev/zero of=" + file + " bs=1M count=" + mebibytes + " 2>&1; du -sm " + file + " | cut -f1";
    }

    private static int written(String said) {
        List<String> lines = said.strip().lines().toList();
        return Integer.parseInt(lines.getLast());
    }

    @Test
    void whatRunsIsHeldAndOthersAreNot() {
        engine.tenants()
                .create("a", TenantConfigBuilder.builder().disk(24 * MIB).build());
        engine.tenants().create("b", TenantConfigBuilder.builder().build());
        String one = started(of("a", "sleep 600").volumes(Map.of("/v", Map.of())), host());
        String two = started(of("a", "sleep 600"), host());
        String other = started(of("b", "sleep 600"), host());
        assertEquals(
                0,
                exec(one, "sh", "-c", "dd if=/dev/zero of=/v/x bs=1M count=10").code());
        String full = exec(two, "sh", "-c", fill("/x", 30)).out();
        assertTrue(full.contains("No space left") || full.contains("quota exceeded"), full);
        assertTrue(written(full) >= 12 && written(full) <= 14, "the volume and the layer together: " + full);
        String free = exec(other, "sh", "-c", fill("/x", 30)).out();
        assertEquals(30, written(free), free);

        engine.tenants()
                .update("a", TenantConfigBuilder.builder().disk(32 * MIB).build());
        assertTrue(written(exec(two, "sh", "-c", fill("/y", 30)).out()) >= 7, "more while it runs");
        engine.close();
        engine = Engines.open(EngineOptions.at(place.resolve("mounted")));
        assertTrue(written(exec(two, "sh", "-c", "rm /y; " + fill("/z", 30)).out()) <= 9, "the next engine has it");
        engine.tenants().update("a", TenantConfigBuilder.builder().disk(0L).build());
        assertEquals(20, written(exec(two, "sh", "-c", fill("/w", 20)).out()), "no limit");
        assertEquals(
                List.of(),
                engine.info().warnings().stream()
                        .filter(w -> w.contains("--disk"))
                        .toList());
    }
}
