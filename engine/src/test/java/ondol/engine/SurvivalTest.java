package ondol.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import ondol.engine.ContainerDetails.Status;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Containers outlive their engine, however it ends, and the next engine finds all as it is. */
final class SurvivalTest extends OnEngine {
    private static final String COUNTED =
            IntStream.range(0, 100).mapToObj(i -> i + "\n").collect(Collectors.joining());

    private static void reopen() {
        engine.close();
        engine = Engines.open(EngineOptions.at(folder));
    }

    @Test
    void terminalAndInputGoOn() {
        String shell = started(busybox("sh", "-i").tty(true).openStdin(true), host());
        String cat = started(busybox("cat").openStdin(true).stdinOnce(true), host());
        String counter = started("i=0; while [ $i -lt 100 ]; do echo $i; i=$((i+1)); usleep 4000; done; exit 7");
        reopen();
        assertEquals(Status.RUNNING, state(shell).status());
        try (Attachment attachment = containers().attach(shell, AttachOptions.ALL)) {
            byte[] typed = "stty size; tty; exit 9\n".getBytes(UTF_8);
            containers().resize(shell, 12, 34);
            attachment.write(typed, 0, typed.length);
            Ran ran = ended(attachment, shell);
            assertEquals(9, ran.code());
            assertTrue(ran.out().contains("12 34") && ran.out().contains("/dev/pts/0"), ran.out());
        }
        try (Attachment attachment = containers().attach(cat, AttachOptions.ALL)) {
            attachment.write("still\n".getBytes(UTF_8), 0, 6);
            attachment.closeStdin();
            assertEquals(new Ran(0, "still\n", ""), ended(attachment, cat));
        }
        reopen();
        assertEquals(7, exit(counter));
        assertEquals(COUNTED, logs(counter));
        for (String id : List.of(shell, cat, counter)) {
            containers().remove(id, false, true);
        }
    }

    @Test
    void whatHappenedWithoutAnEngine() {
        String exits = started("sleep 0.3; echo last; exit 6");
        String goes = started(shell("sleep 0.3"), host().autoRemove(true));
        String paused = started("sleep 60");
        containers().pause(paused);
        engine.close();
        pause(machine.slow() ? 3000 : 600);
        engine = Engines.open(EngineOptions.at(folder));
        assertEquals(6, exit(exits));
        assertEquals("last\n", logs(exits));
        eventually("removed", () -> containers().list().stream().noneMatch(c -> c.id().equals(goes)));
        assertEquals(Status.PAUSED, state(paused).status());
        containers().unpause(paused);
        assertEquals(0, exec(paused, "true").code());
        containers().remove(paused, true, true);
        containers().remove(exits, false, true);
    }

    @Test
    void restartPoliciesWithANewEngine() {
        String script = "echo run; sleep 60";
        String always = started(shell(script), host().restartPolicy(new RestartPolicy("always", 0)));
        String unless = started(shell(script), host().restartPolicy(new RestartPolicy("unless-stopped", 0)));
        String stopped = started(shell(script), host().restartPolicy(new RestartPolicy("unless-stopped", 0)));
        containers().kill(always, null);
        containers().kill(stopped, null);
        int minder = TestMachine.parent(state(unless).pid());
        engine.close();
        kill(minder);
        engine = Engines.open(EngineOptions.at(folder));
        eventually("always starts", () -> state(always).status() == Status.RUNNING);
        eventually("it ran, so it runs", () -> state(unless).status() == Status.RUNNING);
        assertEquals(Status.EXITED, state(stopped).status());
        List.of(always, unless, stopped).forEach(id -> containers().remove(id, true, true));
    }

    @Test
    void aKilledMinderTakesItsContainerAlong() {
        String id = started("sleep 60 & sleep 61");
        int pid = state(id).pid();
        kill(TestMachine.parent(pid));
        assertEquals(137, exit(id));
        assertEquals(Status.EXITED, state(id).status());
        eventually("the process is gone", () -> !Files.exists(Path.of("/proc/" + pid)));
        containers().remove(id, false, true);
        String restarted = started(shell("sleep 60"), host().restartPolicy(new RestartPolicy("on-failure", 3)));
        kill(TestMachine.parent(state(restarted).pid()));
        eventually("it starts again", () -> containers().inspect(restarted).restartCount() == 1);
        containers().remove(restarted, true, true);
        String goes = started(shell("sleep 60"), host().autoRemove(true));
        kill(TestMachine.parent(state(goes).pid()));
        eventually("removed", () -> containers().list().stream().noneMatch(c -> c.id().equals(goes)));
        String again = started("exit 3");
        assertEquals(3, exit(again));
        containers().remove(again, false, true);
    }

    private static void kill(int pid) {
        ProcessHandle.of(pid).orElseThrow().destroyForcibly();
        eventually("killed", () -> ProcessHandle.of(pid).isEmpty());
    }

    @Test
    @Timeout(600)
    void killedAtAnyMoment() throws Exception {
        Random random = new Random(42);
        engine.close();
        int rounds = machine.slow() ? 1 : 20;
        for (int round = 0; round < rounds; round++) {
            crash(round, random.nextInt(machine.slow() ? 5000 : 350));
            engine = Engines.open(EngineOptions.at(folder));
            consistent("round " + round);
            if (round % 5 == 4 || round == rounds - 1) {
                countersAreWhole();
                containers().list().forEach(c -> containers().remove(c.id(), true, true));
                consistent("empty after round " + round);
            }
            if (round < rounds - 1) {
                engine.close();
            }
        }
    }

    private static void crash(int round, int milliseconds) throws IOException {
        crash(String.valueOf(round), milliseconds);
    }

    /** Starts an engine in a process of its own and kills it so long after it said that it is open. */
    static void crash(String what, int milliseconds) throws IOException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        classPath(),
                        CrashingEngine.class.getName(),
                        folder.toString(),
                        what)
                .redirectError(folder.resolve("crashing.err").toFile())
                .start();
        assertEquals(
                'o',
                process.getInputStream().read(),
                "the engine did not open: " + TestMachine.text(folder.resolve("crashing.err")));
        pause(milliseconds);
        process.destroyForcibly();
        eventually("killed", () -> !process.isAlive());
    }

    /** All that this process was started with, whether as modules or as classes, and the tests' own. */
    private static String classPath() {
        Set<String> places = new TreeSet<>();
        for (String property : new String[] {"java.class.path", "jdk.module.path"}) {
            String value = System.getProperty(property);
            if (value != null) {
                places.addAll(List.of(value.split(File.pathSeparator)));
            }
        }
        if (Engine.class.getClassLoader() instanceof URLClassLoader loader) { // JUnit's console
            for (URL url : loader.getURLs()) {
                places.add(url.getPath());
            }
        }
        for (Class<?> one : new Class<?>[] {Engine.class, CrashingEngine.class}) {
            String name = "/" + one.getName().replace('.', '/') + ".class";
            try {
                Path file = Path.of(one.getResource(name).toURI());
                places.add(file.resolve("../../../..").normalize().toString());
            } catch (URISyntaxException | RuntimeException e) {
                // in a jar, which is on the path already
            }
        }
        return String.join(File.pathSeparator, places);
    }

    private static Set<String> names(Path parent) {
        try (Stream<Path> list = Files.list(parent)) {
            return list.map(path -> path.getFileName().toString()).collect(Collectors.toSet());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Records are as reality is, as soon as what ends just now has been noted. */
    private static void consistent(String when) {
        eventually(when + ": the folders of containers", () -> ids().equals(names(folder.resolve("containers"))));
        eventually(when + ": the folders of volumes", () -> volumes().equals(names(folder.resolve("volumes"))));
        eventually(when + ": a process for each that runs", SurvivalTest::allRun);
        eventually(
                when + ": a minder for each that runs",
                () -> machine.processes().size() == 2 + running()); // and the keeper with its spare
        eventually(when + ": a group for each that runs", () -> groups() == running());
        eventually(when + ": no disk of a size but theirs", () -> sized().containsAll(disks()));
        for (ContainerDetails container : containers().list()) {
            boolean removed = !container.name().startsWith("counter-"); // or about to be
            assertTrue(removed || container.state().exitCode() != 255, when + ": an end was lost: " + container);
        }
    }

    private static Set<String> ids() {
        return containers().list().stream().map(ContainerDetails::id).collect(Collectors.toSet());
    }

    private static Set<String> volumes() {
        Set<String> volumes = new HashSet<>();
        containers().list().forEach(c -> c.mounts().forEach(mount -> volumes.add(mount.name())));
        return volumes;
    }

    private static boolean allRun() {
        return containers().list().stream()
                .filter(c -> c.state().active())
                .allMatch(c -> Files.exists(Path.of("/proc/" + c.state().pid())));
    }

    private static int running() {
        return (int)
                containers().list().stream().filter(c -> c.state().active()).count();
    }

    private static Set<String> sized() {
        return containers().list().stream()
                .filter(c -> c.host().storageOpt() != null)
                .map(ContainerDetails::id)
                .collect(Collectors.toSet());
    }

    /** Whose disks there are: of loop devices on files of this engine, and of what is mounted there. */
    private static Set<String> disks() {
        StringBuilder found = new StringBuilder(TestMachine.text(Path.of("/proc/self/mountinfo")));
        for (String name : names(Path.of("/sys/block"))) {
            Path file = Path.of("/sys/block", name, "loop/backing_file");
            if (Files.exists(file)) {
                found.append(' ').append(TestMachine.text(file));
            }
        }
        return Pattern.compile(" " + folder + "/\\S*/([0-9a-f]{64})/disk")
                .matcher(found)
                .results()
                .map(result -> result.group(1))
                .collect(Collectors.toSet());
    }

    private static int groups() {
        Set<String> found = new HashSet<>();
        machine.groups()
                .forEach(group -> names(Path.of(group)).stream()
                        .filter(name -> name.length() == 64)
                        .forEach(found::add));
        return found.size();
    }

    private static void countersAreWhole() {
        for (ContainerDetails container : containers().list()) {
            if (!container.name().startsWith("counter-") || container.state().status() == Status.CREATED) {
                continue;
            }
            assertEquals(7, exit(container.id()), container.name());
            assertEquals(COUNTED, logs(container.id()).replace("\r", ""), container.name());
        }
    }
}
