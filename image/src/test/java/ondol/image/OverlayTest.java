package ondol.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import ondol.linux.Descriptor;
import ondol.linux.Mounts;
import ondol.oci.image.Reference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Views, changes and commits of real overlays. */
class OverlayTest {
    @TempDir
    Path scratch;

    private ImageStore store;
    private Image image;

    @BeforeEach
    void open() throws Exception {
        Lab.needRoot();
        store = ImageStore.open(scratch.resolve("store"));
        image = store.importFolder(Lab.makeRoot(scratch.resolve("root")), NewImage.named(Reference.parse("box")));
    }

    @AfterEach
    void close() {
        store.close();
    }

    /** Mounts a snapshot as a container would have it, and works in it. */
    private void in(Snapshot snapshot, String line) throws Exception {
        Path merged = Files.createDirectories(scratch.resolve("merged"));
        RootLayers layers = snapshot.layers();
        Lab.inMountNamespace(layers.folder(), () -> {
            if (layers.nested()) {
                Mounts.mount("tmpfs", RootLayers.BASE, "tmpfs", 0, null);
                Mounts.mount(
                        "overlay",
                        RootLayers.BASE,
                        "overlay",
                        Mounts.MS_RDONLY,
                        "lowerdir=" + RootLayers.BASE_LOWERDIR);
            }
            Mounts.mount(
                    "overlay",
                    merged.toString(),
                    "overlay",
                    0,
                    "lowerdir=%s,upperdir=%s,workdir=%s,redirect_dir=off,metacopy=off"
                            .formatted(layers.lowerdir(), snapshot.upper(), snapshot.work()));
            Lab.shell(merged, line);
        });
    }

    private static final String WORK =
            "printf new >etc/new; printf more >>etc/passwd; rm etc/group; rm -r deep; mkdir deep; "
                    + "printf x >deep/y; chmod 0711 usr; mkdir -p opt/a; ln -s x opt/link; ln etc/new etc/newer; touch tmp/.; "
                    + "rm lib; printf f >lib; mv bin/ls bin/dir";

    @Test
    void changesAreToldAsDockerDiffDoes() throws Exception {
        Snapshot snapshot = store.snapshots().create("c1", image);
        assertThat(Changes.of(snapshot)).isEmpty();
        in(snapshot, WORK);
        assertThat(Changes.of(snapshot).stream().map(c -> c.kind().letter() + " " + c.path()))
                .startsWith("C /bin", "A /bin/dir", "D /bin/ls", "C /deep", "D /deep/link")
                .endsWith(
                        "A /deep/y",
                        "C /etc",
                        "D /etc/group",
                        "A /etc/new",
                        "A /etc/newer",
                        "C /etc/passwd",
                        "C /lib",
                        "A /opt",
                        "A /opt/a",
                        "A /opt/link",
                        "C /usr");
    }

    @Test
    void aCommitGivesTheSameRoot() throws Exception {
        Snapshot snapshot = store.snapshots().create("c1", image);
        in(snapshot, WORK);
        Image committed = store.commit(
                snapshot.upper(),
                image,
                new NewImage(Reference.parse("box:2"), image.config().execution(), "me", "why", "sh"));
        assertThat(committed.parent()).isEqualTo(image.id().toString());
        assertThat(committed.layers()).hasSize(2);
        assertThat(committed.config().steps()).hasSize(2);
        try (RootView one = RootView.open(snapshot);
                RootView two = store.view(committed)) {
            assertThat(tar(two)).isEqualTo(tar(one));
        }
        store.close();
        store = ImageStore.open(scratch.resolve("store"));
        assertThat(store.resolve("box:2").layers()).isEqualTo(committed.layers());
        List<ImageStore.Removal> removed = store.remove("box:2", false, true, id -> List.of());
        assertThat(removed).hasSize(3);
        assertThat(removed.getLast().deleted()).isEqualTo(committed.chainIds().getLast());
        assertThat(image.layers().getFirst().folder()).exists();
    }

    private static byte[] tar(RootView view) {
        java.io.ByteArrayOutputStream out = new java.io.ByteArrayOutputStream();
        Tars.write(view.root(), out);
        return out.toByteArray();
    }

    @Test
    void bothWaysToMountAViewShowTheSame() {
        RootLayers layers = store.layers(image);
        try (RootView view = RootView.open(layers);
                Descriptor aside =
                        RootView.mountAside(layers, List.of(layers.lowers().getFirst(), RootLayers.EMPTY), null)) {
            assertThat(Trees.names(view.root())).isEqualTo(Trees.names(aside)).contains("bin");
        }
    }

    @Test
    void aViewOfManyLayers() throws Exception {
        Image top = image;
        for (int i = 0; i < 40; i++) {
            Path upper = Files.createDirectories(scratch.resolve("up" + i));
            Files.writeString(upper.resolve("f" + i), "x");
            top = store.commit(upper, top, NewImage.named(null));
        }
        RootLayers layers = store.layers(top);
        try (RootView view = store.view(top);
                Descriptor aside = RootView.mountAside(layers, layers.lowers(), null)) {
            assertThat(Trees.names(view.root())).contains("f0", "f39", "bin");
            assertThat(Trees.names(aside)).isEqualTo(Trees.names(view.root()));
        }
    }

    @Test
    void aLayerMayBeThereTwice() throws Exception {
        Path one = Files.createDirectories(scratch.resolve("one"));
        Files.writeString(one.resolve("file"), "1");
        Path two = Files.createDirectories(scratch.resolve("two"));
        Files.writeString(two.resolve("file"), "2");
        Image top = store.commit(one, image, NewImage.named(null));
        top = store.commit(two, top, NewImage.named(null));
        top = store.commit(one, top, NewImage.named(null));
        assertThat(top.layers()).hasSize(4);
        try (RootView view = store.view(top);
                Descriptor file = ondol.linux.Files.openInRoot(view.root(), "file", 0, 0)) {
            assertThat(ondol.linux.Files.readSmall(file, 10)).asString().isEqualTo("1");
        }
    }

    @Test
    void hostIsTheMachineWithoutWhatIsPrivate() throws Exception {
        Snapshot snapshot = store.snapshots().create("c1", store.resolve("host"));
        in(
                snapshot,
                "test -x bin/sh; test -z \"$(ls proc)$(ls tmp)$(ls root)\"; test \"$(stat -c %a tmp)\" = 1777; printf x >etc/new-file");
        assertThat(Path.of("/etc/new-file")).doesNotExist();
        assertThat(Changes.of(snapshot).stream().map(Change::path)).containsExactly("/etc", "/etc/new-file");
        Image committed =
                store.commit(snapshot.upper(), store.resolve("host"), NewImage.named(Reference.parse("mine")));
        assertThat(committed.onHost()).isTrue();
        store.close();
        store = ImageStore.open(scratch.resolve("store"));
        Image again = store.resolve("mine");
        try (RootView view = store.view(again);
                Descriptor etc = ondol.linux.Files.openInRoot(view.root(), "/etc", ondol.linux.Files.O_DIRECTORY, 0)) {
            assertThat(Trees.names(etc)).contains("new-file", "passwd");
            assertThat(UserDatabase.read(view.root()).find("root", List.of()).home())
                    .isEqualTo("/root");
        }
        Snapshot onTop = store.snapshots().create("c2", again);
        in(onTop, "test -f etc/new-file; rm etc/new-file");
        assertThat(Changes.of(onTop).stream().map(Change::path)).containsExactly("/etc", "/etc/new-file");
    }

    @Test
    void usersAreFoundByDockersRules() {
        try (RootView view = store.view(image)) {
            UserDatabase users = UserDatabase.read(view.root());
            assertThat(users.find("", List.of())).isEqualTo(new UserDatabase.Identity(0, 0, List.of(10), "/root"));
            assertThat(users.find("me", List.of()))
                    .isEqualTo(new UserDatabase.Identity(1000, 1000, List.of(10), "/home/me"));
            assertThat(users.find("1000:0", List.of("wheel", "77")))
                    .isEqualTo(new UserDatabase.Identity(1000, 0, List.of(10, 77), "/home/me"));
            assertThat(users.find("4242", List.of())).isEqualTo(new UserDatabase.Identity(4242, 0, List.of(), "/"));
            assertThatThrownBy(() -> users.find("x", List.of()))
                    .hasMessage("unable to find user x: no matching entries in passwd file");
            assertThatThrownBy(() -> users.find("me:y", List.of()))
                    .hasMessage("unable to find group y: no matching entries in group file");
            assertThatThrownBy(() -> users.find("99999999999", List.of())).hasMessageContaining("in range");
        }
    }

    @Test
    void filesGoIntoARootAndOutOfIt() throws Exception {
        Snapshot snapshot = store.snapshots().create("c1", image);
        java.io.ByteArrayOutputStream out = new java.io.ByteArrayOutputStream();
        try (RootView view = RootView.open(snapshot);
                Descriptor etc = ondol.linux.Files.openInRoot(view.root(), "/etc", ondol.linux.Files.O_PATH, 0)) {
            Tars.write(etc, "passwd", "renamed", out);
        }
        try (Descriptor upper = ondol.linux.Files.open(snapshot.upper().toString(), ondol.linux.Files.O_PATH)) {
            var in = new java.io.ByteArrayInputStream(out.toByteArray());
            Tars.extract(in, upper, "/", true, true);
            assertThat(snapshot.upper().resolve("renamed")).hasSameTextualContentAs(scratch.resolve("root/etc/passwd"));
            assertThatThrownBy(() -> Tars.extract(
                            new java.io.ByteArrayInputStream(out.toByteArray()), upper, "/none", true, true))
                    .isInstanceOfSatisfying(
                            ImageException.class, e -> assertThat(e.kind()).isEqualTo(ImageException.Kind.NOT_FOUND));
        }
        assertThat(Files.exists(snapshot.upper().resolve("renamed"), LinkOption.NOFOLLOW_LINKS))
                .isTrue();
    }
}
