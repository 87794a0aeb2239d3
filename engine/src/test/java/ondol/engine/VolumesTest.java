package ondol.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import ondol.engine.EngineException.Kind;
import org.junit.jupiter.api.Test;

/** Volumes with options, and what is said of volumes and containers as they live. */
final class VolumesTest extends OnEngine {
    @Test
    void aFolderOfTheMachine() throws IOException {
        Path place = Files.createDirectories(folder.resolve("elsewhere"));
        engine.volumes().create("bound", Map.of(), Map.of("type", "none", "o", "bind", "device", place.toString()));
        assertEquals("first", out(h -> h.binds(List.of("bound:/data")), "cat /data/first; echo new >/data/new"));
        assertEquals("new\n", Files.readString(place.resolve("new")));
        engine.volumes().create("fixed", Map.of(), Map.of("type", "none", "o", "bind,ro", "device", place.toString()));
        assertEquals("no", out(h -> h.binds(List.of("fixed:/x")), "echo 1 2>/dev/null >/x/y || echo no"));
        engine.volumes().remove("bound", false);
        engine.volumes().remove("fixed", false);
        assertTrue(Files.exists(place.resolve("new")), "a folder of the machine stays");
        engine.volumes().create("gone", Map.of(), Map.of("type", "none", "o", "bind", "device", "/no/such/place"));
        EngineException e = refused(() -> create(shell("true"), host().binds(List.of("gone:/x"))));
        assertTrue(String.valueOf(e.getMessage()).contains("/no/such/place"), e.getMessage());
        engine.volumes().remove("gone", false);
    }

    @Test
    void inMemory() {
        engine.volumes().create("quick", Map.of(), Map.of("type", "tmpfs", "device", "tmpfs", "o", "size=1m,mode=700"));
        String said = out(
                h -> h.binds(List.of("quick:/q")),
                "stat -f -c %T /q; stat -c %a /q; df -k /q | tail -1 | awk '{print $2}'; ls /q | wc -l");
        assertEquals("tmpfs\n700\n1024\n0", said);
        engine.volumes().remove("quick", false);
    }

    /** Wraps a folder into folders, one into the other. */
    private static void deepen(Path deep, int levels, String name) throws IOException {
        Path longer = folder.resolve("longer");
        for (int i = 0; i < levels; i++) {
            Files.createDirectory(longer);
            Files.move(deep, longer.resolve(name));
            Files.move(longer, deep);
        }
    }

    @Test
    void asDeepAsItLikes() throws IOException {
        Path deep = Path.of(engine.volumes().create("deep", Map.of(), Map.of()).mountpoint());
        Files.writeString(deep.resolve("file"), "five\n");
        deepen(deep, 30, "d".repeat(200)); // more than a path may be long, PATH_MAX
        assertEquals(5, engine.volumes().size("deep"));
        engine.volumes().remove("deep", false);
        assertTrue(Files.notExists(deep.getParent()));

        String id = create(shell("true"), host());
        Path inside = Files.createDirectory(
                folder.resolve("images/snapshots").resolve(id).resolve("upper/deep"));
        Files.writeString(inside.resolve("file"), "five\n");
        deepen(inside, 6_000, "d"); // more than a stack, or what this process may open, has room for
        assertEquals(5, containers().sizes(id).writable());
        containers().remove(id, false, true);
    }

    @Test
    void whatMakesNoSense() {
        wrong(Kind.INVALID, Map.of("type", "none"), "missing required option: \"device\"");
        wrong(Kind.INVALID, Map.of("colour", "red"), "invalid option: colour");
        wrong(Kind.INVALID, Map.of("type", "none", "device", "relative", "o", "bind"), "device=relative");
        wrong(Kind.UNSUPPORTED, Map.of("type", "nfs", "device", ":/x", "o", "addr=1.2.3.4"), "type nfs");
        wrong(Kind.UNSUPPORTED, Map.of("type", "ext4", "device", "/dev/sda"), "type ext4");
        assertEquals(List.of(), engine.volumes().list());
    }

    private static void wrong(Kind kind, Map<String, String> options, String words) {
        EngineException e = refused(() -> engine.volumes().create("wrong", Map.of(), options));
        assertEquals(kind, e.kind());
        assertTrue(String.valueOf(e.getMessage()).contains(words), e.getMessage());
    }

    @Test
    void madeForAMount() {
        VolumeOptions options = new VolumeOptions(
                null,
                Map.of("team", "blue"),
                null,
                new DriverConfig("local", Map.of("type", "tmpfs", "device", "tmpfs", "o", "size=64k")));
        MountSpec mount = MountSpecBuilder.builder()
                .type("volume")
                .source("made")
                .target("/m/")
                .volumeOptions(options)
                .build();
        assertEquals("tmpfs", out(h -> h.mounts(List.of(mount)), "stat -f -c %T /m"));
        assertEquals(Map.of("team", "blue"), engine.volumes().inspect("made").labels());
        engine.volumes().remove("made", false);
        String id = create(busybox("true").volumes(Map.of("/anonymous", Map.of())), host());
        String name = containers().inspect(id).mounts().getFirst().name();
        assertEquals(
                Map.of("com.docker.volume.anonymous", ""),
                engine.volumes().inspect(String.valueOf(name)).labels());
        containers().remove(id, false, true);
        MountSpec other = MountSpecBuilder.builder()
                .type("volume")
                .source("other")
                .target("/x")
                .volumeOptions(new VolumeOptions(null, null, null, new DriverConfig("rexray", null)))
                .build();
        assertEquals(
                Kind.NOT_FOUND,
                refused(() -> create(shell("true"), host().mounts(List.of(other))))
                        .kind());
    }

    @Test
    void whatEventsSay() {
        List<String> said = Collections.synchronizedList(new ArrayList<>());
        try (var _ = engine.events().subscribe(event -> said.add(event.type() + " " + event.action()))) {
            String id = create(busybox("sleep", "60").tty(true), host().binds(List.of("spoken:/data")));
            containers().start(id);
            containers().resize(id, 10, 20);
            containers().top(id, null);
            containers().rename(id, "renamed");
            containers().pause(id);
            containers().unpause(id);
            containers().copyOut(id, "/data/first", java.io.OutputStream.nullOutputStream());
            containers().restart(id, "KILL", null);
            containers().stop(id, "KILL", null);
            containers().remove(id, false, false);
            engine.volumes().remove("spoken", false);
        }
        assertEquals(
                List.of(
                        "volume create",
                        "container create",
                        "volume mount",
                        "container start",
                        "container resize",
                        "container top",
                        "container rename",
                        "container pause",
                        "container unpause",
                        "container archive-path",
                        "container kill",
                        "container die",
                        "volume unmount",
                        "container stop",
                        "volume mount",
                        "container start",
                        "container restart",
                        "container kill",
                        "container die",
                        "volume unmount",
                        "container stop",
                        "container destroy",
                        "volume destroy"),
                said);
    }
}
