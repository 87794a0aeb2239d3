package ondol.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FilesTest {
    @TempDir
    Path scratch;

    private Descriptor folder;

    @BeforeEach
    void open() {
        folder = Files.open(scratch.toString(), Files.O_DIRECTORY);
    }

    @AfterEach
    void close() {
        folder.close();
    }

    private static void assertErrno(Errno errno, Runnable call) {
        assertThatThrownBy(call::run)
                .isInstanceOfSatisfying(
                        KernelException.class, e -> assertThat(e.errno()).isEqualTo(errno));
    }

    private void write(String path, String text) throws Exception {
        java.nio.file.Files.writeString(scratch.resolve(path), text);
    }

    @Test
    void linksStayInTheRoot() throws Exception {
        Files.mkdirat(folder, "etc", 0755);
        write("etc/hostname", "inside");
        Files.symlinkat("/etc/hostname", folder, "absolute");
        Files.symlinkat("../../../../etc/hostname", folder, "up");
        Files.symlinkat("/proc/self/root/etc/hostname", folder, "magic");
        for (String name : new String[] {"absolute", "up", "/etc/../../etc/hostname"}) {
            try (Descriptor file = Files.openInRoot(folder, name, Files.O_RDONLY, 0)) {
                assertThat(Files.readSmall(file, 100)).asString().isEqualTo("inside");
            }
        }
        assertErrno(Errno.ENOENT, () -> Files.openInRoot(folder, "magic", Files.O_RDONLY, 0));
        assertErrno(Errno.EXDEV, () -> Files.openBeneath(folder, "absolute", Files.O_RDONLY, 0));
        assertErrno(Errno.EXDEV, () -> Files.openBeneath(folder, "up", Files.O_RDONLY, 0));
        assertErrno(Errno.ELOOP, () -> Files.openName(folder, "up", Files.O_RDONLY));
        assertThat(Files.openInRootIfThere(folder, "none/at/all", Files.O_RDONLY))
                .isNull();
        assertThat(Files.openInRootIfThere(folder, "etc/hostname/x", Files.O_RDONLY))
                .isNull();
    }

    @Test
    void tellsWhatAFileIs() throws Exception {
        write("file", "12345");
        try (Descriptor file = Files.openName(folder, "file", Files.O_RDWR)) {
            Files.fchmod(file, 0640);
            Files.utimensat(file, "", -5, 7);
            Stat stat = Files.fstat(file);
            assertThat(stat.isRegular()).isTrue();
            assertThat(stat.size()).isEqualTo(5);
            assertThat(stat.permissions()).isEqualTo(0640);
            assertThat(stat.seconds()).isEqualTo(-5);
            assertThat(stat.nanoseconds()).isEqualTo(7);
            assertThat(stat.links()).isEqualTo(1);
            assertErrno(Errno.EFBIG, () -> Files.readSmall(file, 4));
        }
        Files.linkat(folder, "file", folder, "other");
        assertThat(Files.lstat(folder, "other").inode())
                .isEqualTo(Files.lstat(folder, "file").inode());
        Files.symlinkat("file", folder, "link");
        assertThat(Files.lstat(folder, "link").isSymlink()).isTrue();
        assertThat(Files.readlinkat(folder, "link")).isEqualTo("file");
        Files.renameat2(folder, "link", folder, "moved", Files.RENAME_NOREPLACE);
        Files.unlinkat(folder, "moved", 0);
        assertThat(Files.lstatIfThere(folder, "moved")).isNull();
        assertThat(Files.list(folder)).containsExactlyInAnyOrder("file", "other");
        assertErrno(Errno.EINVAL, () -> Files.readSmall(folder, 10));
    }

    @Test
    void makesDevices() {
        assumeTrue(Kernel.raw(Call.GETUID) == 0, "needs root");
        Files.mknodat(folder, "device", Files.S_IFBLK | 0600, 259, 70_000);
        Stat stat = Files.lstat(folder, "device");
        assertThat(stat.major()).isEqualTo(259);
        assertThat(stat.minor()).isEqualTo(70_000);
        Files.mknodat(folder, "gone", Files.S_IFCHR, 0, 0);
        assertThat(Files.lstat(folder, "gone").isWhiteout()).isTrue();
        Files.fchownat(folder, "gone", 5, 6);
        assertThat(Files.lstat(folder, "gone").gid()).isEqualTo(6);
        assertErrno(Errno.EINVAL, () -> Files.mknodat(folder, "x", Files.S_IFCHR, 5000, 0));
        Files.unlinkat(folder, "device", 0);
        Files.unlinkat(folder, "gone", 0);
    }

    @Test
    void namesAreBytes() {
        byte[] raw = {'a', (byte) 0xff, (byte) 0xc3, (byte) 0xa9};
        String name = Names.decode(raw);
        Files.mkdirat(folder, name, 0700);
        Files.mkdirat(folder, "é😀", 0700);
        assertThat(Files.list(folder)).containsExactlyInAnyOrder(name, "é😀");
        assertThat(Names.encode(name)).isEqualTo(raw);
        assertThat(Names.encode("é😀")).isEqualTo("é😀".getBytes(StandardCharsets.UTF_8));
        assertThat(Names.printable(name + "\n")).doesNotContain("\n");
        Files.unlinkat(folder, name, Files.AT_REMOVEDIR);
        assertThatThrownBy(() -> Files.mkdirat(folder, "a\0b", 0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void attributesOfFilesAndLinks() throws Exception {
        // root's, because a tmpfs has those of users only since Linux 6.6
        assumeTrue(Kernel.raw(Call.GETUID) == 0, "needs root");
        write("file", "x");
        byte[] large = new byte[2000];
        large[7] = 7;
        try (Descriptor file = Files.openName(folder, "file", Files.O_RDONLY)) {
            Xattr.set(file, "trusted.a", new byte[] {0, -1});
            Xattr.set(file, "trusted.large", large);
            Xattr.set(file, "trusted.empty", new byte[0]);
            assertThat(Xattr.list(file)).contains("trusted.a", "trusted.large", "trusted.empty");
            assertThat(Xattr.get(file, "trusted.a")).containsExactly(0, -1);
            assertThat(Xattr.get(file, "trusted.large")).isEqualTo(large);
            assertThat(Xattr.get(file, "trusted.empty")).isEmpty();
            assertThat(Xattr.get(file, "trusted.none")).isNull();
            Xattr.remove(file, "trusted.a");
            Xattr.remove(file, "trusted.a");
            assertThat(Xattr.get(folder, "file", "trusted.a")).isNull();
        }
        Files.symlinkat("file", folder, "link");
        Xattr.set(folder, "link", "trusted.link", new byte[] {1});
        assertThat(Xattr.list(folder, "link")).containsExactly("trusted.link");
        assertThat(Xattr.get(folder, "file", "trusted.link")).isNull();
    }
}
