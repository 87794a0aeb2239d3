package ondol.linux.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import ondol.linux.Call;
import ondol.linux.Kernel;
import ondol.linux.KernelException;
import ondol.linux.Mounts;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Folders of a size, on filesystems that the test makes: with project quotas where this kernel has them, and in files. */
class ProjectQuotaTest {
    private static final long MIB = 1 << 20;

    @TempDir
    Path temporary;

    @ParameterizedTest
    @ValueSource(strings = {"ext4", "xfs"})
    void aProjectHoldsNoMore(String type) throws Exception {
        Path disk = mounted(type);
        try {
            assertThat(ProjectQuota.isHere(disk)).isTrue();
            Path folder = disk.resolve("limited");
            SizedFolder.make(folder, disk, 8 * MIB);
            Path other = disk.resolve("other");
            SizedFolder.make(other, disk, 8 * MIB);
            assertThat(ProjectQuota.projectOf(folder)).isNotEqualTo(ProjectQuota.projectOf(other));
            Files.createDirectory(folder.resolve("below"));
            assertThat(asInAContainer(folder.resolve("below/big"), 16))
                    .containsAnyOf("No space left", "quota exceeded");
            assertThat(Files.size(folder.resolve("below/big"))).isBetween(7 * MIB, 8 * MIB);
            assertThat(ProjectQuota.used(disk, ProjectQuota.projectOf(folder))).isBetween(7 * MIB, 8 * MIB);
            fill(other.resolve("well"), 6 * MIB);
            fill(disk.resolve("free"), 16 * MIB);
            forgets(disk, folder, other);
        } finally {
            Mounts.umount2(disk.toString(), Mounts.MNT_DETACH);
        }
    }

    /** What no folder has any more is forgotten, as after a kill; what one has stays. */
    private static void forgets(Path disk, Path gone, Path stays) throws IOException, InterruptedException {
        int first = 0x40000000;
        int project = ProjectQuota.projectOf(gone);
        SizedFolder.release(gone);
        delete(gone);
        for (int i = 0; i < 500 && ProjectQuota.known(disk, project, project).contains(project); i++) {
            Thread.sleep(10); // XFS frees what was deleted a little later
        }
        Path made = disk.resolve("killed");
        SizedFolder.make(made, disk, 4 * MIB);
        assertThat(ProjectQuota.projectOf(made)).isEqualTo(project);
        Files.delete(made); // and the engine is killed before it releases the project
        assertThat(ProjectQuota.known(disk, first, Integer.MAX_VALUE)).contains(project);
        SizedFolder.forgetOthers(disk, List.of(stays));
        for (int i = 0; i < 500 && ProjectQuota.known(disk, project, project).contains(project); i++) {
            Thread.sleep(10);
        }
        assertThat(ProjectQuota.known(disk, first, Integer.MAX_VALUE)).containsExactly(ProjectQuota.projectOf(stays));
    }

    @Test
    void aFilesystemInAFile() throws Exception {
        needed("mkfs.ext4");
        Path parent = Files.createTempDirectory(Path.of("/var/tmp"), "ondol-test");
        try {
            assumeTrue(!ProjectQuota.isHere(parent), "/var/tmp has project quotas");
            Path folder = parent.resolve("disk");
            SizedFolder.make(folder, parent, 16 * MIB);
            assertThat(folder).isEmptyDirectory();
            assertThatThrownBy(() -> fill(folder.resolve("big"), 32 * MIB)).isInstanceOf(IOException.class);
            Path image = parent.resolve("disk.img");
            assertThat(LoopDevice.of(image)).isPresent();
            SizedFolder.close(folder);
            assertThat(folder.resolve("big")).doesNotExist();
            SizedFolder.open(folder);
            SizedFolder.open(folder);
            assertThat(folder.resolve("big")).exists();
            assertThat(mounts(folder)).hasSize(1);
            SizedFolder.release(folder);
            assertThat(mounts(folder)).isEmpty();
            for (int i = 0; i < 200 && LoopDevice.of(image).isPresent(); i++) {
                Thread.sleep(10);
            }
            assertThat(LoopDevice.of(image)).isEmpty();
            assertThatThrownBy(() -> SizedFolder.make(parent.resolve("small"), parent, 1000))
                    .hasMessageContaining("at least");
        } finally {
            delete(parent);
        }
    }

    private static List<String> mounts(Path folder) throws IOException {
        return Files.readAllLines(Path.of("/proc/self/mountinfo")).stream()
                .filter(line -> line.contains(" " + folder + " "))
                .toList();
    }

    private static void needed(String program) {
        assumeTrue(Kernel.raw(Call.GETUID) == 0, "mounting needs root");
        assumeTrue(Files.exists(Path.of("/usr/sbin/" + program)), "there is no " + program);
        assumeTrue(Files.exists(Path.of("/dev/loop-control")), "this machine has no loop devices");
    }

    private Path mounted(String type) throws Exception {
        needed("mkfs." + type);
        Path image = temporary.resolve("image");
        try (RandomAccessFile made = new RandomAccessFile(image.toFile(), "rw")) {
            made.setLength(type.equals("xfs") ? 320 * MIB : 96 * MIB);
        }
        List<String> command = new ArrayList<>(List.of("/usr/sbin/mkfs." + type, "-q"));
        if (type.equals("ext4")) {
            command.addAll(List.of("-O", "quota,project", "-E", "quotatype=prjquota"));
        }
        command.add(image.toString());
        Process mkfs = new ProcessBuilder(command).redirectErrorStream(true).start();
        String words = new String(mkfs.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(mkfs.waitFor()).as(words).isZero();
        Path folder = Files.createDirectory(temporary.resolve("mounted"));
        try (LoopDevice.Attached device = LoopDevice.attachFor(image, true)) {
            Mounts.mount(device.path(), folder.toString(), type, 0, "prjquota");
        } catch (KernelException e) {
            assumeTrue(false, "this kernel has no quotas of projects for " + type + ": " + e.getMessage());
        }
        return folder;
    }

    /** Writes without CAP_SYS_RESOURCE, whose owner passes quotas of ext4 ({@code man 7 capabilities}). */
    private static String asInAContainer(Path file, int mebibytes) throws IOException {
        assumeTrue(Files.exists(Path.of("/usr/bin/setpriv")), "there is no setpriv");
        Process dd = new ProcessBuilder(
                        "/usr/bin/setpriv",
                        "--bounding-set=-sys_resource",
                        "dd",
                        "if=/dev/zero",
                        "of=" + file,
                        "bs=64k",
                        "count=" + mebibytes * 16)
                .redirectErrorStream(true)
                .start();
        return new String(dd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    private static void fill(Path file, long bytes) throws IOException {
        byte[] block = new byte[1 << 16];
        try (var out = Files.newOutputStream(file)) {
            for (long written = 0; written < bytes; written += block.length) {
                out.write(block);
            }
        }
    }

    private static void delete(Path folder) throws IOException {
        try (var walk = Files.walk(folder)) {
            for (Path path : walk.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
