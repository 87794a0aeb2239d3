package ondol.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import ondol.linux.Capabilities;
import ondol.linux.Capability;
import ondol.linux.keeper.Keeper;
import ondol.linux.keeper.Minder;
import ondol.linux.keeper.PlanFailure;
import ondol.linux.plan.Plan;
import ondol.oci.runtime.CapabilitiesBuilder;
import ondol.oci.runtime.LinuxBuilder;
import ondol.oci.runtime.Mount;
import ondol.oci.runtime.Namespace;
import ondol.oci.runtime.Process;
import ondol.oci.runtime.ProcessBuilder;
import ondol.oci.runtime.Spec;
import ondol.oci.runtime.SpecBuilder;
import ondol.oci.runtime.UserBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Containers from plans, on the real kernel, from a root of busybox alone. */
class ContainerPlanTest {
    @TempDir
    Path folder;

    private Keeper keeper;

    /** What a minder says, for tests to wait for. */
    static final class Heard implements Minder.Listener {
        final CompletableFuture<Integer> status = new CompletableFuture<>();

        @Override
        public void output(int file, long offset) {}

        @Override
        public void exited(int status, long time) {
            this.status.complete(status);
        }

        @Override
        public void lost() {
            status.completeExceptionally(new AssertionError("the minder was lost"));
        }
    }

    @BeforeEach
    void start() throws IOException {
        assumeTrue(Files.isExecutable(Path.of("/bin/busybox")), "needs /bin/busybox (package busybox-static)");
        assumeTrue(
                Capabilities.current().effective().contains(Capability.SYS_ADMIN), "needs root: it makes namespaces");
        keeper = Keeper.start(Keeper.unpack(folder), folder);
        Path bin = Files.createDirectories(folder.resolve("layers/busybox/bin"));
        Files.copy(Path.of("/bin/busybox"), bin.resolve("busybox"));
        for (String applet : List.of("sh", "id", "cat", "hostname", "ls", "touch", "ps", "true", "mount", "stty")) {
            Files.createSymbolicLink(bin.resolve(applet), Path.of("busybox"));
        }
        Files.createDirectories(folder.resolve("layers/busybox/etc"));
        Files.writeString(folder.resolve("layers/busybox/etc/secret"), "secret");
        for (String made : List.of("upper", "work", "mnt", "c/log")) {
            Files.createDirectories(folder.resolve(made));
        }
    }

    @AfterEach
    void stop() {
        if (keeper != null) {
            keeper.close();
        }
    }

    private static List<Mount> mounts() {
        return List.of(
                new Mount("/proc", "proc", "proc", List.of("nosuid", "noexec", "nodev"), null, null),
                new Mount("/dev", "tmpfs", "tmpfs", List.of("nosuid", "strictatime", "mode=755"), null, null),
                new Mount(
                        "/dev/pts",
                        "devpts",
                        "devpts",
                        List.of("nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"),
                        null,
                        null),
                new Mount("/sys", "sysfs", "sysfs", List.of("nosuid", "noexec", "nodev", "ro"), null, null),
                new Mount("/etc/marker", "bind", "/proc/version", List.of("rbind", "ro", "rprivate"), null, null));
    }

    private static Process process(boolean terminal, String... command) {
        List<String> capabilities = List.of("CAP_CHOWN", "CAP_KILL");
        return ProcessBuilder.builder()
                .terminal(terminal)
                .user(UserBuilder.builder().uid(0).gid(0).build())
                .args(List.of(command))
                .env(List.of("PATH=/usr/bin:/bin"))
                .cwd("/work/here")
                .capabilities(CapabilitiesBuilder.builder()
                        .bounding(capabilities)
                        .effective(capabilities)
                        .permitted(capabilities)
                        .build())
                .build();
    }

    private Plan plan(Process process) {
        Spec spec = SpecBuilder.builder()
                .ociVersion("1.2.0")
                .process(process)
                .hostname("room")
                .mounts(mounts())
                .linux(LinuxBuilder.builder()
                        .namespaces(Stream.of("pid", "mount", "uts", "ipc", "network", "cgroup")
                                .map(type -> new Namespace(type, null))
                                .toList())
                        .sysctl(Map.of("net.ipv4.ip_unprivileged_port_start", "7"))
                        .maskedPaths(List.of("/proc/kcore", "/proc/acpi", "/proc/nothing", "/etc/secret"))
                        .readonlyPaths(List.of("/proc/sys", "/proc/bus"))
                        .build())
                .build();
        return ContainerPlan.of(new Bundle(
                spec,
                new RootFilesystem.Overlay(
                        folder.resolve("layers"),
                        List.of("busybox"),
                        false,
                        folder.resolve("upper"),
                        folder.resolve("work"),
                        false),
                folder.resolve("c"),
                folder.resolve("mnt"),
                new Bundle.CgroupPlace(List.of(), null, List.of()),
                null,
                false,
                new Bundle.Log(1, 1 << 20, 3),
                false,
                false));
    }

    private String run(Process process) throws Exception {
        Heard heard = new Heard();
        Minder minder = keeper.make(plan(process), List.of(), heard, pid -> {});
        int status = heard.status.get(10, TimeUnit.SECONDS);
        minder.forget();
        ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(folder.resolve("c/log/00000001.log")))
                .order(ByteOrder.LITTLE_ENDIAN);
        StringBuilder text = new StringBuilder();
        while (in.remaining() > 0) {
            byte[] bytes = new byte[in.position(in.position() + 8).getInt()];
            in.getInt();
            in.get(bytes);
            text.append(new String(bytes, StandardCharsets.UTF_8));
        }
        return text + "status " + status;
    }

    @Test
    void aRoomOfItsOwn() throws Exception {
        String script =
                "hostname; echo pid $$; cat /proc/sys/net/ipv4/ip_unprivileged_port_start; cat /etc/secret; pwd;"
                        + " touch /made; cat /etc/marker; cat /proc/1/cgroup; cat /proc/kcore; echo x > /etc/marker; id";
        String output = run(process(false, "sh", "-c", script));
        assertThat(output)
                .contains("room\n", "pid 1\n", "7\n", "/work/here\n", "Linux version", "Read-only file system")
                .contains("uid=0")
                .doesNotContain("secret");
        assertThat(folder.resolve("upper/made")).exists();
        assertThat(folder.resolve("mnt")).isEmptyDirectory();
    }

    @Test
    void aTerminal() throws Exception {
        assertThat(run(process(true, "sh", "-c", "cat /proc/self/stat; ls -l /dev/console /proc/self/fd/0")))
                .contains("/dev/pts/0")
                .contains("status 0");
    }

    @Test
    void aCommandThatIsMissing() {
        assertThatThrownBy(() -> keeper.make(plan(process(false, "nope")), List.of(), new Heard(), pid -> {}))
                .isInstanceOfSatisfying(
                        PlanFailure.class, e -> assertThat(e.executing()).isTrue())
                .hasMessage("execve(/bin/nope): no such file or directory (ENOENT)");
    }

    @Test
    void explainsItself() {
        assertThat(plan(process(false, "sh")).explain())
                .anyMatch(line -> line.startsWith("root") && line.contains("pivot_root"))
                .anyMatch(line -> line.startsWith("namespace") && line.contains("sethostname(room)"));
    }
}
