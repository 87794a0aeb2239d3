package ondol.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against GNU tar, in both directions. */
class TarTest {
    @TempDir
    Path scratch;

    private ImageStore store;

    @BeforeEach
    void open() {
        Lab.needRoot();
        Lab.tool("tar");
        store = ImageStore.open(scratch.resolve("store"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--format=posix",
                "--format=posix --sparse",
                "--format=posix --sparse --sparse-version=0.0",
                "--format=posix --sparse --sparse-version=0.1",
                "--format=gnu",
                "--format=gnu --sparse",
                "--format=posix --xattrs --gzip",
                "--format=gnu --zstd",
            })
    void whatGnuTarWroteIsLaidOutAsItWas(String options) throws Exception {
        Path root = Lab.makeRoot(scratch.resolve("root"));
        Lab.shell(root, "tar %s -cf ../in.tar .".formatted(options));
        Image image;
        try (var in = Files.newInputStream(scratch.resolve("in.tar"))) {
            image = store.importTar(in, NewImage.named(null));
        }
        assertLike(root, image.layers().getFirst().folder(), options.contains("posix"));
        assertThat(image.size()).isGreaterThan(3 << 20);
    }

    @Test
    void whatWeWriteIsReadByGnuTar() throws Exception {
        Path root = Lab.makeRoot(scratch.resolve("root"));
        Image image = store.importFolder(root, NewImage.named(null));
        assertLike(root, image.layers().getFirst().folder(), true);
        try (RootView view = store.view(image)) {
            ByteArrayOutputStream one = new ByteArrayOutputStream();
            Tars.write(view.root(), one);
            ByteArrayOutputStream two = new ByteArrayOutputStream();
            Tars.write(view.root(), two);
            assertThat(one.toByteArray()).isEqualTo(two.toByteArray());
            Files.write(scratch.resolve("out.tar"), one.toByteArray());
        }
        // GNU tar compares the archive with the folder: owners, modes, times, links, devices, contents
        Lab.shell(root, "tar --compare -f ../out.tar");
        Files.createDirectory(scratch.resolve("unpacked"));
        Lab.shell(scratch.resolve("unpacked"), "tar -xpf ../out.tar");
        assertLike(root, scratch.resolve("unpacked"), true);
    }

    private static void assertLike(Path expected, Path folder, boolean nanoseconds) throws Exception {
        String list =
                "LC_ALL=C find . ! -type d -printf '%p %y %m %U:%G %s %n %l TIME\\n' -o -type d -printf '%p %y %m %U:%G TIME\\n' | sort; "
                        + "stat -c '%n %t:%T' dev/*; find . -type f ! -path ./etc/sparse -exec cksum {} + | sort; cksum etc/sparse";
        String line = list.replace("TIME", nanoseconds ? "%T@" : "%Ts");
        assertThat(Lab.shell(folder, line)).isEqualTo(Lab.shell(expected, line));
    }

    @Test
    void binaryAttributesSurvive() throws Exception {
        Path root = Files.createDirectories(scratch.resolve("root"));
        Files.writeString(root.resolve("ping"), "x");
        byte[] capability = {1, 0, 0, 2, (byte) 0x80, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
        try (var file = ondol.linux.Files.open(root.resolve("ping").toString(), 0)) {
            ondol.linux.Xattr.set(file, "security.capability", capability);
            ondol.linux.Xattr.set(file, "user.note", new byte[] {(byte) 0xff, 0, '\n'});
        }
        Image image = store.importFolder(root, NewImage.named(null));
        try (RootView view = store.view(image);
                var file = ondol.linux.Files.openInRoot(view.root(), "/ping", 0, 0)) {
            assertThat(ondol.linux.Xattr.get(file, "security.capability")).isEqualTo(capability);
            assertThat(ondol.linux.Xattr.get(file, "user.note")).isEqualTo(new byte[] {(byte) 0xff, 0, '\n'});
        }
    }
}
