package ondol.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MountsTest {
    private static final long CLONE_NEWNS = 0x20000;

    @TempDir
    Path scratch;

    @BeforeEach
    void root() {
        assumeTrue(Kernel.raw(Call.GETUID) == 0, "needs root");
    }

    @Test
    void aDetachedMountIsUsedByItsDescriptorAlone() {
        try (Descriptor mount =
                Mounts.create("tmpfs", Map.of("size", "1m", "mode", "0700"), Mounts.MOUNT_ATTR_NOEXEC)) {
            Files.mkdirat(mount, "x", 0755);
            try (Descriptor open = Files.openName(mount, ".", Files.O_DIRECTORY)) {
                assertThat(Files.list(open)).containsExactly("x");
            }
            Mounts.mountSetattr(mount.number(), "", Mounts.AT_EMPTY_PATH, Mounts.MOUNT_ATTR_RDONLY, 0, 0, 0);
            assertThatThrownBy(() -> Files.mkdirat(mount, "y", 0755)).hasMessageContaining("EROFS");
        }
        assertThatThrownBy(() -> Mounts.fsopen("nosuchfs")).hasMessage("fsopen(nosuchfs): no such device (ENODEV)");
    }

    @Test
    void mountsOfANamespace() throws Exception {
        CompletableFuture<Boolean> done = new CompletableFuture<>();
        Thread.ofPlatform().start(() -> {
            try {
                inNamespace();
                done.complete(true);
            } catch (RuntimeException | Error e) {
                done.completeExceptionally(e);
            }
        });
        assertThat(done.get()).isTrue();
        assertThat(scratch).isEmptyDirectory();
    }

    private void inNamespace() {
        Kernel.call(Call.UNSHARE, "CLONE_NEWNS", CLONE_NEWNS);
        String here = scratch.toString();
        Mounts.mount("none", "/", null, Mounts.MS_REC | Mounts.MS_PRIVATE, null);
        Mounts.mount("tmpfs", here, "tmpfs", Mounts.MS_NOSUID, "size=1m");
        try (Descriptor top = Files.open(here, Files.O_PATH | Files.O_DIRECTORY)) {
            Files.mkdirat(top, "a", 0755);
            Files.mkdirat(top, "b", 0755);
            Files.mkdirat(top, "a/inside", 0755);
            try (Descriptor clone = Mounts.openTreeClone(Kernel.AT_FDCWD, here + "/a", false)) {
                Mounts.moveMount(clone, top.number(), "b");
            }
            assertThat(Files.lstatIfThere(top, "b/inside")).isNotNull();
            Mounts.umount2(here + "/b", Mounts.MNT_DETACH);
            assertThat(Files.lstatIfThere(top, "b/inside")).isNull();
            Mounts.mount(here + "/a", here + "/b", null, Mounts.MS_BIND, null);
            Mounts.mount("none", here + "/b", null, Mounts.MS_REMOUNT | Mounts.MS_BIND | Mounts.MS_RDONLY, null);
            assertThatThrownBy(() -> Files.mkdirat(top, "b/y", 0755)).hasMessageContaining("EROFS");
        }
        assertThatThrownBy(() -> Mounts.mount("x", here + "/none", "tmpfs", 0, null))
                .hasMessageContaining("mount(x, ")
                .hasMessageContaining("ENOENT");
    }
}
