package ondol.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import ondol.engine.ContainerDetails.Status;
import ondol.engine.Containers.WaitCondition;
import org.junit.jupiter.api.Test;

/** Health checks: what the engine finds, what it says of it, and what follows. */
final class HealthTest extends OnEngine {
    private static final long MILLISECOND = 1_000_000;
    private static final long TICK = 50 * MILLISECOND;

    private static Healthcheck check(String line) {
        return check(line, TICK, 0);
    }

    private static Healthcheck check(String line, long timeout, int retries) {
        return new Healthcheck(
                List.of("CMD-SHELL", line),
                TICK,
                timeout == TICK ? 20_000 * MILLISECOND : timeout,
                null,
                null,
                retries);
    }

    private static String checked(Healthcheck check, HostConfigBuilder host) {
        return started(shell("trap 'exit 0' TERM; while :; do sleep 0.1; done").healthcheck(check), host);
    }

    private static Health health(String id) {
        return Objects.requireNonNull(state(id).health());
    }

    private static void becomes(String id, Health.Status status) {
        eventually(() -> status + " but " + state(id), () -> health(id).status() == status);
    }

    private static List<String> actions(String id, Runnable during) {
        List<String> seen = Collections.synchronizedList(new ArrayList<>());
        try (var _ = engine.events().subscribe(event -> {
            if (event.id().equals(id)) {
                seen.add(event.action());
            }
        })) {
            during.run();
        }
        return List.copyOf(seen);
    }

    @Test
    void becomesHealthyAndIllAndHealthyAgain() {
        String id = checked(check("echo looked; cat /tmp/well"), host());
        assertEquals(Health.Status.STARTING, health(id).status());
        becomes(id, Health.Status.UNHEALTHY);
        Health.Result last = health(id).log().getLast();
        assertTrue(health(id).failingStreak() >= 3, "the default is three failures");
        assertEquals(1, last.exitCode());
        assertTrue(last.output().startsWith("looked\ncat: can't open"), last.output());
        assertFalse(last.end().isBefore(last.start()));
        List<String> actions = actions(id, () -> {
            exec(id, "touch", "/tmp/well");
            becomes(id, Health.Status.HEALTHY);
            exec(id, "rm", "/tmp/well");
            becomes(id, Health.Status.UNHEALTHY);
        });
        assertTrue(
                actions.containsAll(List.of(
                        "health_status: healthy",
                        "health_status: unhealthy",
                        "exec_create: /bin/sh -c echo looked; cat /tmp/well",
                        "exec_start: /bin/sh -c echo looked; cat /tmp/well",
                        "exec_die")),
                actions.toString());
        eventually("five results are kept", () -> health(id).log().size() == 5);
        containers().stop(id, null, null);
        assertEquals(Health.Status.UNHEALTHY, health(id).status());
        assertEquals(List.of(), actions(id, () -> pause(200)));
        containers().start(id);
        assertEquals(Health.Status.STARTING, health(id).status());
        containers().remove(id, true, true);
    }

    @Test
    void slowAndWordyChecks() {
        String slow = checked(check("echo before; sleep 60", 200 * MILLISECOND, 1), host());
        becomes(slow, Health.Status.UNHEALTHY);
        assertEquals(-1, health(slow).log().getLast().exitCode());
        assertEquals(
                "Health check exceeded timeout (200ms): before\n",
                health(slow).log().getLast().output());
        String wordy = checked(check("yes | head -c 100000; echo end >&2", TICK, 1), host());
        becomes(wordy, Health.Status.HEALTHY);
        assertEquals(4096 + 3, health(wordy).log().getLast().output().length());
        String background = checked(check("sleep 60 & echo here"), host());
        becomes(background, Health.Status.HEALTHY);
        assertEquals("here\n", health(background).log().getLast().output());
        List.of(slow, wordy, background).forEach(id -> containers().remove(id, true, true));
    }

    @Test
    void commandsThatAreNotThere() {
        Healthcheck missing = new Healthcheck(List.of("CMD", "/bin/nothing"), TICK, null, null, null, 2);
        String id = checked(missing, host());
        becomes(id, Health.Status.UNHEALTHY);
        assertEquals(-1, health(id).log().getLast().exitCode());
        assertTrue(health(id).log().getLast().output().contains("/bin/nothing"));
        containers().remove(id, true, true);
    }

    @Test
    void failuresWhileStartingDoNotCount() {
        Healthcheck patient = new Healthcheck(
                List.of("CMD", "test", "-e", "/tmp/well"), 600_000 * MILLISECOND, null, 60_000 * MILLISECOND, TICK, 1);
        String id = checked(patient, host());
        eventually("it is asked", () -> health(id).log().size() >= 3);
        assertEquals(Health.Status.STARTING, health(id).status());
        assertEquals(0, health(id).failingStreak());
        exec(id, "touch", "/tmp/well");
        becomes(id, Health.Status.HEALTHY);
        containers().remove(id, true, true);
    }

    @Test
    void pausedContainersAreLeftAlone() {
        String id = checked(check("true"), host());
        becomes(id, Health.Status.HEALTHY);
        containers().pause(id);
        pause(100); // a check that had begun
        List<String> actions = actions(id, () -> pause(300));
        assertEquals(List.of(), actions);
        assertEquals(Health.Status.HEALTHY, health(id).status());
        containers().unpause(id);
        assertTrue(actions(id, () -> pause(machine.slow() ? 2000 : 400)).contains("exec_die"));
        containers().remove(id, true, true);
    }

    @Test
    void goesOnWithTheNextEngine() {
        String id = checked(check("cat /tmp/ill && exit 1; true", TICK, 2), host());
        becomes(id, Health.Status.HEALTHY);
        engine.close();
        engine = Engines.open(EngineOptions.at(folder));
        assertEquals(Health.Status.HEALTHY, health(id).status());
        exec(id, "touch", "/tmp/ill");
        becomes(id, Health.Status.UNHEALTHY);
        containers().remove(id, true, true);
    }

    @Test
    void waitingForHealth() throws Exception {
        String id = checked(check("test -e /tmp/well", TICK, 100_000), host());
        CompletableFuture<Integer> well = containers().await(id, WaitCondition.HEALTHY);
        assertFalse(well.isDone());
        exec(id, "touch", "/tmp/well");
        assertEquals(0, well.get(machine.patience(), TimeUnit.SECONDS));
        assertEquals(0, containers().await(id, WaitCondition.HEALTHY).get(1, TimeUnit.SECONDS));
        containers().remove(id, true, true);
        String ill = checked(check("echo no; exit 1", TICK, 2), host());
        assertTrue(failure(containers().await(ill, WaitCondition.HEALTHY)).contains("is unhealthy: no"));
        String ends = create(shell("sleep 0.2; exit 4").healthcheck(check("false", TICK, 1000)), host());
        CompletableFuture<Integer> never = containers().await(ends, WaitCondition.HEALTHY);
        containers().start(ends);
        assertTrue(failure(never).contains("ended with exit code 4 before it was healthy"));
        String unchecked = create(shell("sleep 60"), host());
        CompletableFuture<Integer> runs = containers().await(unchecked, WaitCondition.HEALTHY);
        assertFalse(runs.isDone());
        containers().start(unchecked);
        assertEquals(0, runs.get(machine.patience(), TimeUnit.SECONDS));
        List.of(ill, ends, unchecked).forEach(each -> containers().remove(each, true, true));
    }

    private static String failure(CompletableFuture<Integer> waiting) {
        ExecutionException e =
                assertThrows(ExecutionException.class, () -> waiting.get(machine.patience(), TimeUnit.SECONDS));
        EngineException why = assertInstanceOf(EngineException.class, e.getCause());
        assertEquals(EngineException.Kind.CONFLICT, why.kind());
        return String.valueOf(why.getMessage());
    }

    @Test
    void anUnhealthyContainerIsStartedAgain() {
        HostConfigBuilder policy = host().restartPolicy(new RestartPolicy("on-unhealthy", 2));
        // well only in its first run, and there until it is made ill
        String script =
                "test -e /runs || touch /tmp/well; echo run >>/runs; trap 'exit 0' TERM; while :; do sleep 0.1; done";
        String id =
                started(shell(script).healthcheck(check("test -e /tmp/well && ! test -e /tmp/ill", TICK, 2)), policy);
        becomes(id, Health.Status.HEALTHY);
        exec(id, "sh", "-c", "touch /tmp/ill");
        eventually("started again, twice", () -> containers().inspect(id).restartCount() == 2);
        eventually("and then it stays as it is", () -> state(id).status() == Status.EXITED);
        containers().remove(id, true, true);
        String stopped = started(
                shell("trap 'exit 0' TERM; while :; do sleep 0.1; done").healthcheck(check("false", TICK, 1_000_000)),
                host().restartPolicy(new RestartPolicy("on-unhealthy", 0)));
        containers().stop(stopped, null, null);
        pause(300);
        assertEquals(Status.EXITED, state(stopped).status());
        containers().remove(stopped, true, true);
        String fails = started(shell("exit 3"), host().restartPolicy(new RestartPolicy("on-unhealthy", 1)));
        eventually("a failure is one too", () -> containers().inspect(fails).restartCount() == 1);
        containers().remove(fails, true, true);
    }

    @Test
    void ofTheImageAndNone() {
        Health none = state(started(shell("sleep 60"), host())).health();
        assertNull(none);
        String base = create(shell("sleep 60"), host());
        engine.containers()
                .commit(base, "checked:1", null, null, List.of("HEALTHCHECK --interval=50ms CMD test -e /well"), false);
        ContainerConfigBuilder image = ContainerConfigBuilder.builder().image("checked:1");
        String inherits = started(image, host());
        assertEquals(Health.Status.STARTING, health(inherits).status());
        Healthcheck retries = new Healthcheck(null, null, null, null, null, 1);
        String merged = started(image.healthcheck(retries), host());
        Healthcheck both =
                Objects.requireNonNull(containers().inspect(merged).config().healthcheck());
        assertEquals(List.of("CMD-SHELL", "test -e /well"), both.test());
        assertEquals(1, both.retries());
        becomes(merged, Health.Status.UNHEALTHY);
        Healthcheck no = new Healthcheck(List.of("NONE"), null, null, null, null, null);
        assertNull(state(started(image.healthcheck(no), host())).health());
        containers().list().forEach(c -> containers().remove(c.id(), true, true));
    }

    @Test
    void whatMakesNoSense() {
        assertRefused(new Healthcheck(List.of("CMD", "true"), 10L, null, null, null, null), "Interval in Healthcheck");
        assertRefused(new Healthcheck(List.of("CMD", "true"), null, null, null, null, -1), "Retries in Healthcheck");
        assertRefused(new Healthcheck(List.of("EVERY", "x"), null, null, null, null, null), "Test in Healthcheck");
        assertRefused(new Healthcheck(List.of("CMD"), null, null, null, null, null), "Test in Healthcheck");
    }

    private static void assertRefused(Healthcheck check, String words) {
        EngineException e = refused(() -> create(shell("true").healthcheck(check), host()));
        assertEquals(EngineException.Kind.INVALID, e.kind());
        assertTrue(String.valueOf(e.getMessage()).contains(words), e.getMessage());
    }

    @Test
    void probesLeaveNothing() {
        String id = checked(check("true"), host().memory(64L << 20));
        becomes(id, Health.Status.HEALTHY);
        eventually("results", () -> health(id).log().size() == 5);
        int descriptors = descriptors();
        pause(machine.slow() ? 3000 : 1000);
        assertTrue(descriptors() <= descriptors + 8, "descriptors are left open");
        assertTrue(containers().inspect(id).execIds().size() <= 1, "executions are kept");
        containers().remove(id, true, true);
    }

    private static int descriptors() {
        String[] open = new java.io.File("/proc/self/fd").list();
        return open == null ? 0 : open.length;
    }
}
