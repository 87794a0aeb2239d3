package ondol.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import ondol.engine.EngineException.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Volumes, bind mounts, tmpfs, and a root that is read-only. */
final class MountsTest extends OnEngine {
    private static MountSpecBuilder mount(String type, String target) {
        return MountSpecBuilder.builder().type(type).target(target);
    }

    private static Path source(String name) throws IOException {
        Path made = folder.resolve("outside").resolve(name);
        Files.createDirectories(made);
        Files.writeString(made.resolve("file"), name + "\n");
        return made;
    }

    @Test
    void aNewVolumeGetsTheImagesFiles() {
        assertEquals("first second", out(h -> h.binds(List.of("kept:/data")), "ls /data | xargs; touch /data/third"));
        assertEquals("first second third", out(h -> h.binds(List.of("kept:/data")), "ls /data | xargs"));
        assertEquals("", out(h -> h.binds(List.of("bare:/data:nocopy")), "ls /data"));
        Volumes.Volume volume = engine.volumes().inspect("kept");
        assertTrue(Files.exists(Path.of(volume.mountpoint(), "third")));
        String user = create(shell("true"), host().binds(List.of("kept:/data")));
        assertEquals(
                Kind.CONFLICT,
                refused(() -> engine.volumes().remove("kept", false)).kind());
        containers().remove(user, false, true);
        engine.volumes().remove("kept", false);
        assertEquals(
                Kind.NOT_FOUND, refused(() -> engine.volumes().inspect("kept")).kind());
    }

    @Test
    void anonymousVolumesGoWhenAsked() {
        int before = engine.volumes().list().size();
        String id = create(shell("true").volumes(Map.of("/data", Map.of())), host());
        assertEquals(before + 1, engine.volumes().list().size());
        containers().remove(id, false, true);
        assertEquals(before, engine.volumes().list().size());

        String stays = create(shell("true").volumes(Map.of("/data", Map.of())), host());
        String name = Objects.requireNonNull(
                containers().inspect(stays).mounts().getFirst().name());
        containers().remove(stays, false, false);
        engine.volumes().remove(name, false);

        String goes = create(shell("true").volumes(Map.of("/data", Map.of())), host().autoRemove(true));
        containers().start(goes);
        eventually("removed", () -> containers().list().stream().noneMatch(c -> c.id().equals(goes)));
        eventually("its volume too", () -> engine.volumes().list().size() == before);
    }

    @Test
    void bindMounts() throws IOException {
        Path source = source("bound");
        assertEquals(
                "bound", out(h -> h.binds(List.of(source + ":/mnt/here")), "cat /mnt/here/file; touch /mnt/here/new"));
        assertTrue(Files.exists(source.resolve("new")));
        assertEquals("bound", out(h -> h.binds(List.of(source.resolve("file") + ":/etc/one")), "cat /etc/one"));
        Ran ran = run(shell("touch /mnt/no"), host().binds(List.of(source + ":/mnt:ro")));
        assertTrue(ran.code() != 0 && ran.err().contains("Read-only"), ran.toString());
        assertEquals("", out(h -> h.binds(List.of(folder.resolve("outside/made") + ":/mnt")), "ls /mnt"));
        assertTrue(Files.isDirectory(folder.resolve("outside/made")), "a missing source of -v is made");
    }

    @Test
    void missingSources() {
        HostConfigBuilder missing = host().mounts(
                        List.of(mount("bind", "/mnt").source("/no/such/place").build()));
        EngineException refused = refused(() -> run(shell("true"), missing));
        assertTrue(refused.getMessage().contains("/no/such/place"), refused.getMessage());
    }

    @Test
    void aFileWhereAFolderIsNeeded() throws IOException {
        Path source = source("mixed");
        EngineException onFile = refused(() -> run(shell("true"), host().binds(List.of(source + ":/plain"))));
        assertTrue(onFile.getMessage().contains("/plain"), onFile.getMessage());
        EngineException onFolder =
                refused(() -> run(shell("true"), host().binds(List.of(source.resolve("file") + ":/data"))));
        assertTrue(onFolder.getMessage().contains("/data"), onFolder.getMessage());
        assertTrue(onFolder.getMessage().contains("nor a file onto a folder"), onFolder.getMessage());
    }

    @Test
    void subpathOfAVolume() {
        out(h -> h.binds(List.of("parts:/v")), "mkdir -p /v/a/b && echo deep >/v/a/b/c && ln -s /etc /v/evil");
        VolumeOptions deep = VolumeOptionsBuilder.builder().subpath("a/b").build();
        assertEquals(
                "deep",
                out(
                        h -> h.mounts(List.of(mount("volume", "/m")
                                .source("parts")
                                .volumeOptions(deep)
                                .build())),
                        "cat /m/c"));
        for (String path : new String[] {"../..", "no/such"}) {
            VolumeOptions bad = VolumeOptionsBuilder.builder().subpath(path).build();
            refused(() -> run(
                    shell("true"),
                    host().mounts(List.of(mount("volume", "/m")
                            .source("parts")
                            .volumeOptions(bad)
                            .build()))));
        }
        VolumeOptions evil = VolumeOptionsBuilder.builder().subpath("evil").build();
        Ran ran;
        try {
            ran = run(
                    shell("cat /m/hostname"),
                    host().mounts(List.of(mount("volume", "/m")
                            .source("parts")
                            .volumeOptions(evil)
                            .build())));
        } catch (EngineException e) {
            ran = new Ran(1, "", e.getMessage());
        }
        assertNotEquals(0, ran.code(), "a link in a volume led to the machine's own files");
    }

    @Test
    void aSubpathThatBecomesALinkDoesNotLeadOut() {
        out(h -> h.binds(List.of("swapped:/v")), "mkdir -p /v/a/b");
        for (String script : new String[] {"rm -r /v/a/b; ln -s /etc /v/a/b", "rm -r /v/a; mkdir /x; ln -s / /v/a"}) {
            out(h -> h.binds(List.of("swapped:/v")), "rm -rf /v/a; mkdir -p /v/a/b");
            VolumeOptions deep = VolumeOptionsBuilder.builder().subpath("a/b").build();
            String id = create(
                    shell("ls /m"),
                    host().mounts(List.of(mount("volume", "/m")
                            .source("swapped")
                            .volumeOptions(deep)
                            .build())));
            out(h -> h.binds(List.of("swapped:/v")), script);
            EngineException refused = refused(() -> containers().start(id));
            assertTrue(refused.getMessage().contains("ELOOP"), refused.getMessage());
            containers().remove(id, false, true);
        }
    }

    @Test
    void volumesOfAnother() {
        String id = create(shell("true"), host().binds(List.of("shared:/data")));
        assertEquals("first second", out(h -> h.volumesFrom(List.of(id)), "ls /data | xargs"));
        Ran ran = run(shell("touch /data/x"), host().volumesFrom(List.of(id + ":ro")));
        assertTrue(ran.err().contains("Read-only"), ran.toString());
        containers().remove(id, false, true);
    }

    @Test
    void tmpfs() {
        assertEquals(
                "1024 drwx-----T noexec",
                out(
                        h -> h.tmpfs(Map.of("/scratch", "size=1m,mode=1700")),
                        "echo $(df -k /scratch | tail -1 | awk '{print $2}') $(ls -ld /scratch | cut -c1-10)"
                                + " $(grep ' /scratch ' /proc/mounts | grep -o noexec)"));
        TmpfsOptions options =
                TmpfsOptionsBuilder.builder().sizeBytes(2L << 20).mode(0700).build();
        assertEquals(
                "2048",
                out(
                        h -> h.mounts(List.of(
                                mount("tmpfs", "/t").tmpfsOptions(options).build())),
                        "df -k /t | tail -1 | awk '{print $2}'"));
        refused(() -> run(shell("true"), host().tmpfs(Map.of("/t", "size=lots"))));
    }

    @ParameterizedTest
    @CsvSource({"/x, false", "/dev/shm/x, true", "/data/x, true", "/tmp/x, true", "/etc/hosts, false"})
    void readOnlyRoot(String file, boolean writable) {
        Ran ran = run(
                shell("echo x >" + file),
                host().readonlyRootfs(true).binds(List.of("written:/data")).tmpfs(Map.of("/tmp", "")));
        assertEquals(writable, ran.code() == 0, ran.toString());
    }

    @Test
    void mountsAreListed() {
        String id = create(shell("true"), host().binds(List.of("listed:/data:ro")));
        ContainerDetails.MountPoint mount = containers().inspect(id).mounts().getFirst();
        assertEquals(
                "volume listed /data local",
                String.join(" ", mount.type(), mount.name(), mount.destination(), mount.driver()));
        assertEquals(false, mount.readWrite());
        containers().remove(id, false, true);
    }

    @Test
    void linksInTheImageDoNotLeadOut() throws IOException {
        Path source = source("evil");
        String image = containers().commit(create(shell("true"), host()), "links", null, null, List.of(), false);
        assertTrue(image.startsWith("sha256:"));
        String maker = create(shell("ln -s /../../../../etc /way; rm -r /data; ln -s /proc/1/root /data"), host());
        containers().start(maker);
        assertEquals(0, exit(maker));
        containers().commit(maker, "links", null, null, List.of(), false);
        String said =
                out(c -> c.image("links"), h -> h.binds(List.of(source + ":/way/inside")), "cat /etc/inside/file");
        assertEquals("evil", said);
        assertFalse(Files.deleteIfExists(Path.of("/etc/inside")), "the machine's /etc was written to");
    }
}
