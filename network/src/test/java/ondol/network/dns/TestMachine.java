package ondol.network.dns;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import ondol.linux.Call;
import ondol.linux.Capabilities;
import ondol.linux.Capability;
import ondol.linux.Descriptor;
import ondol.linux.Kernel;
import ondol.linux.Namespaced;
import ondol.linux.netlink.Links;
import ondol.linux.netlink.NetlinkSocket;

/** Network namespaces that play a host and its containers, and programs in them. All goes when it is closed. */
final class TestMachine implements AutoCloseable {
    private static final int CLONE_NEWNET = 0x40000000;
    private static final int O_CLOEXEC = 02000000;
    private static final int LOOPBACK = 1;

    private final List<Descriptor> namespaces = new ArrayList<>();
    private final List<Process> programs = new ArrayList<>();

    TestMachine() {
        assumeTrue(
                Capabilities.current().effective().contains(Capability.SYS_ADMIN),
                "making a network namespace needs CAP_SYS_ADMIN");
    }

    static void assumeProgram(String name, String debianPackage) {
        boolean found = List.of(System.getenv("PATH").split(":")).stream()
                .anyMatch(folder -> new File(folder, name).canExecute());
        assumeTrue(found, "needs " + name + " (Debian package " + debianPackage + ")");
    }

    /** A namespace whose loopback is up. */
    int namespace() throws Exception {
        FutureTask<Descriptor> making = new FutureTask<>(() -> {
            Kernel.call(Call.UNSHARE, "CLONE_NEWNET", CLONE_NEWNET);
            try (Arena arena = Arena.ofConfined()) {
                String path = "/proc/thread-self/ns/net";
                long address = Kernel.text(arena, path).address();
                int number = Kernel.callInt(Call.OPENAT, path, Kernel.AT_FDCWD, address, O_CLOEXEC, 0);
                return new Descriptor(number, "network namespace");
            }
        });
        Thread.ofPlatform().start(making);
        Descriptor made = making.get();
        namespaces.add(made);
        try (NetlinkSocket socket = NetlinkSocket.inNamespace(made.number())) {
            new Links(socket).up(LOOPBACK);
        }
        return made.number();
    }

    /** Starts a program that is ended with the machine. */
    Process start(int namespace, String... command) throws IOException {
        Process started = Namespaced.call(
                namespace,
                () -> new ProcessBuilder(command).redirectErrorStream(true).start());
        programs.add(started);
        return started;
    }

    /** What a program says, which must end by itself within 20 seconds. */
    String run(int namespace, String... command) throws Exception {
        Process started = start(namespace, command);
        String said = new String(started.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!started.waitFor(20, TimeUnit.SECONDS)) {
            throw new IllegalStateException(String.join(" ", command) + " does not end");
        }
        return said;
    }

    @Override
    public void close() throws InterruptedException {
        for (Process program : programs) {
            program.destroyForcibly().waitFor();
        }
        namespaces.forEach(Descriptor::close);
    }
}
