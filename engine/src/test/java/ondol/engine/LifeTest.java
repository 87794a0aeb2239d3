package ondol.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import ondol.engine.ContainerDetails.Status;
import ondol.engine.Containers.WaitCondition;
import ondol.engine.EngineException.Kind;
import org.junit.jupiter.api.Test;

/** From create to remove: names, restarts, ends, logs, events. */
final class LifeTest extends OnEngine {
    private static HostConfigBuilder policy(String name, int most) {
        return host().restartPolicy(new RestartPolicy(name, most));
    }

    @Test
    void names() {
        String id = containers()
                .create("room", shell("true").build(), host().build())
                .id();
        EngineException taken =
                refused(() -> containers().create("room", shell("true").build(), host().build()));
        assertEquals(Kind.CONFLICT, taken.kind());
        assertTrue(taken.getMessage().contains("/room") && taken.getMessage().contains(id), taken.getMessage());
        containers().rename("room", "chamber");
        assertEquals(id, containers().inspect("chamber").id());
        assertEquals(id, containers().inspect(id.substring(0, 10)).id());
        assertEquals(Kind.NOT_FOUND, refused(() -> containers().inspect("room")).kind());
        assertEquals(
                Kind.INVALID,
                refused(() -> containers().rename("chamber", "no spaces")).kind());
        assertEquals(
                Kind.INVALID,
                refused(() -> containers().create("-x", shell("true").build(), host().build()))
                        .kind());
        String second = containers()
                .create("room", shell("true").build(), host().build())
                .id();
        assertEquals(
                Kind.CONFLICT,
                refused(() -> containers().rename("room", "chamber")).kind());
        containers().remove("chamber", false, true);
        containers().remove(second, false, true);
        int before = containers().list().size();
        assertEquals(
                Kind.NOT_FOUND,
                refused(() -> create(shell("true").image("nosuch"), host())).kind());
        assertEquals(before, containers().list().size());
    }

    @Test
    void removalByForceWinsOverStartsAndEndsWaits() throws Exception {
        String created = create(shell("sleep 60"), host());
        var never = containers().await(created, WaitCondition.NEXT_EXIT);
        containers().remove(created, false, true);
        never.get(5, TimeUnit.SECONDS);
        String id = create(shell("sleep 60"), host());
        containers().start(id);
        Thread starter = Thread.ofPlatform().start(() -> {
            Kind said = Kind.NOT_MODIFIED;
            while (said != Kind.NOT_FOUND) {
                try {
                    containers().start(id);
                } catch (EngineException e) {
                    said = e.kind();
                }
            }
        });
        containers().remove(id, true, true);
        assertTrue(starter.join(Duration.ofSeconds(20)));
    }

    @Test
    void stages() {
        String id = create(shell("sleep 60"), host());
        assertEquals(Status.CREATED, state(id).status());
        assertEquals(Kind.CONFLICT, refused(() -> containers().kill(id, null)).kind());
        assertEquals(
                Kind.NOT_MODIFIED,
                refused(() -> containers().stop(id, null, null)).kind());
        containers().start(id);
        assertEquals(Status.RUNNING, state(id).status());
        assertEquals(Kind.NOT_MODIFIED, refused(() -> containers().start(id)).kind());
        assertEquals(
                Kind.CONFLICT,
                refused(() -> containers().remove(id, false, true)).kind());
        containers().restart(id, "KILL", null);
        assertEquals(Status.RUNNING, state(id).status());
        containers().kill(id, null);
        assertEquals(137, state(id).exitCode());
        assertEquals(Status.EXITED, state(id).status());
        containers().start(id);
        containers().remove(id, true, true);
        assertEquals(Kind.NOT_FOUND, refused(() -> containers().inspect(id)).kind());
    }

    @Test
    void waiting() throws Exception {
        String id = create(shell("exit 3"), host());
        var next = containers().await(id, WaitCondition.NEXT_EXIT);
        var removed = containers().await(id, WaitCondition.REMOVED);
        containers().start(id);
        assertEquals(3, next.get(20, TimeUnit.SECONDS));
        assertEquals(3, containers().await(id, WaitCondition.NOT_RUNNING).get(20, TimeUnit.SECONDS));
        containers().remove(id, false, true);
        assertEquals(3, removed.get(20, TimeUnit.SECONDS));
        String gone = create(shell("exit 4"), host().autoRemove(true));
        var end = containers().await(gone, WaitCondition.REMOVED);
        containers().start(gone);
        assertEquals(4, end.get(20, TimeUnit.SECONDS));
        assertEquals(Kind.NOT_FOUND, refused(() -> containers().inspect(gone)).kind());
        String bad = create(busybox("nosuch"), host().autoRemove(true));
        refused(() -> containers().start(bad));
        assertEquals(Kind.NOT_FOUND, refused(() -> containers().inspect(bad)).kind());
    }

    @Test
    void restartOnFailureCounts() {
        String id = started(shell("echo run; exit 5"), policy("on-failure", 2));
        eventually("three runs", () -> state(id).status() == Status.EXITED);
        assertEquals("run\nrun\nrun\n", logs(id));
        assertEquals(2, containers().inspect(id).restartCount());
        assertEquals(5, state(id).exitCode());
        containers().remove(id, false, true);
        String well = started(shell("exit 0"), policy("on-failure", 2));
        exit(well);
        pause(150);
        assertEquals(Status.EXITED, state(well).status());
        containers().remove(well, false, true);
    }

    @Test
    void restartAlwaysUntilStopped() {
        String id = started(shell("echo run; sleep 0.01"), policy("always", 0));
        eventually("runs again", () -> logs(id).startsWith("run\nrun\n"));
        containers().stop(id, "KILL", null);
        String after = logs(id);
        pause(400);
        assertEquals(after, logs(id));
        assertEquals(Status.EXITED, state(id).status());
        containers().remove(id, false, true);
        String other = started(shell("exit 1"), policy("always", 0));
        eventually("waits", () -> state(other).status() == Status.RESTARTING);
        containers().remove(other, true, true);
    }

    @Test
    void stoppingWhileItEndsByItselfIsConsistent() {
        for (int i = 0; i < (machine.slow() ? 5 : 60); i++) {
            String id = started(shell("sleep 0.0" + i % 4), i % 2 == 0 ? host() : policy("always", 0));
            pause(i % 7 * 5);
            try {
                containers().stop(id, "KILL", Duration.ofSeconds(5));
            } catch (EngineException e) {
                assertEquals(Kind.NOT_MODIFIED, e.kind(), e.getMessage());
            }
            pause(2);
            assertEquals(Status.EXITED, state(id).status(), "round " + i);
            containers().remove(id, false, true);
        }
    }

    @Test
    void logsByTimeAndTail() {
        String id = started("for i in 1 2 3 4 5; do echo line $i; sleep 0.1; done; echo err >&2");
        List<Output> followed = read(id, new LogOptions(true, true, null, null, -1, true));
        assertEquals(0, exit(id));
        assertEquals(6, followed.size());
        assertEquals(
                "", text(read(id, new LogOptions(true, false, null, null, 1, false))), "the last line is the other's");
        assertEquals("line 5\nerr\n", text(read(id, new LogOptions(true, true, null, null, 2, false))));
        assertEquals("err\n", text(read(id, new LogOptions(false, true, null, null, -1, false))));
        assertEquals("", text(read(id, new LogOptions(true, true, null, null, 0, false))));
        Instant third = followed.get(2).time();
        assertEquals("line 3\nline 4\nline 5\n", text(read(id, new LogOptions(true, false, third, null, -1, false))));
        assertEquals("line 1\nline 2\nline 3\n", text(read(id, new LogOptions(true, false, null, third, -1, false))));
        containers().remove(id, false, true);
    }

    private static List<Output> read(String id, LogOptions options) {
        List<Output> read = new ArrayList<>();
        try (OutputReader reader = containers().logs(id, options)) {
            for (Output next = reader.next(); next != null; next = reader.next()) {
                read.add(next);
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        return read;
    }

    private static String text(List<Output> outputs) {
        StringBuilder text = new StringBuilder();
        outputs.forEach(one -> text.append(new String(one.bytes(), java.nio.charset.StandardCharsets.UTF_8)));
        return text.toString();
    }

    @Test
    void logsAreBounded() throws Exception {
        LogConfig config = new LogConfig("local", Map.of("max-size", "64k", "max-file", "2"));
        String id = started(shell("seq 1 100000"), host().logConfig(config));
        assertEquals(0, exit(id));
        String kept = logs(id);
        assertTrue(kept.length() < 140_000 && kept.length() > 30_000, "" + kept.length());
        assertTrue(kept.endsWith("\n99999\n100000\n"), kept.substring(kept.length() - 30));
        long bytes;
        try (var files = java.nio.file.Files.list(
                java.nio.file.Path.of(containers().inspect(id).logPath()))) {
            bytes = files.mapToLong(file -> file.toFile().length()).sum();
        }
        assertTrue(bytes <= 128 << 10, "" + bytes);
        containers().remove(id, false, true);
    }

    @Test
    void noLog() {
        String id = create(shell("echo x"), host().logConfig(new LogConfig("none", null)));
        try (Attachment attachment = containers().attach(id, AttachOptions.ALL)) {
            containers().start(id);
            assertEquals("x\n", ended(attachment, id).out());
        }
        assertEquals(Kind.UNSUPPORTED, refused(() -> logs(id)).kind());
        containers().remove(id, false, true);
    }

    @Test
    void severalClientsHearTheSame() throws Exception {
        String id = create(shell("seq 1 20000"), host());
        List<String> heard = Collections.synchronizedList(new ArrayList<>());
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            Attachment attachment = containers().attach(id, AttachOptions.ALL);
            threads.add(Thread.ofPlatform()
                    .start(() -> heard.add(Streams.read(attachment.output()).out())));
        }
        containers().start(id);
        for (Thread thread : threads) {
            thread.join(20_000);
        }
        assertEquals(4, heard.size());
        assertTrue(heard.stream().allMatch(text -> text.equals(heard.getFirst()) && text.endsWith("20000\n")));
        containers().remove(id, true, true);
    }

    @Test
    void events() {
        List<String> seen = Collections.synchronizedList(new ArrayList<>());
        String[] id = new String[1];
        try (var subscription = engine.events().subscribe(event -> {
            if (event.type().equals("container")) {
                seen.add(event.action()
                        + (event.attributes().containsKey("exitCode")
                                ? event.attributes().get("exitCode")
                                : ""));
            }
        })) {
            id[0] = create(shell("exit 2").labels(Map.of("k", "v")), host());
            containers().start(id[0]);
            exit(id[0]);
            eventually("die", () -> seen.contains("die2"));
            containers().rename(id[0], "eventful");
            containers().remove(id[0], false, true);
        }
        assertEquals(List.of("create", "start", "die2", "rename", "destroy"), seen);
        assertTrue(engine.events().recent().stream()
                .anyMatch(e -> e.id().equals(id[0]) && "v".equals(e.attributes().get("k"))));
    }

    @Test
    void twoEnginesOnOneRoot() {
        EngineException second = refused(() -> Engines.open(EngineOptions.at(folder)));
        assertEquals(Kind.CONFLICT, second.kind());
        assertTrue(second.getMessage().contains(folder.toString()), second.getMessage());
    }

    @Test
    void badConfigurations() {
        int before = containers().list().size();
        for (HostConfigBuilder bad : List.of(
                host().networkMode("container:nosuch"),
                host().securityOpt(List.of("nonsense")),
                host().binds(List.of("relative/path:/x")),
                host().binds(List.of("/tmp:relative")),
                host().ulimits(List.of(new Ulimit("nosuch", 1, 1))),
                host().restartPolicy(new RestartPolicy("sometimes", 0)),
                host().shmSize(-1L))) {
            EngineException refused = refused(() -> run(shell("true"), bad));
            assertFalse(
                    refused.getMessage().isBlank() || refused.getMessage().contains("Exception"), refused.getMessage());
        }
        assertEquals(before, containers().list().size());
        assertEquals(
                Kind.INVALID,
                refused(() -> create(shell("true").stopSignal("NOSUCH"), host()))
                        .kind());
    }
}
