package ondol.linux;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.Arena;
import java.util.concurrent.FutureTask;

/** Network namespaces for tests. Nothing is mounted: one goes when its descriptor and the sockets in it are closed. */
public final class TestNamespaces {
    private static final int CLONE_NEWNET = 0x40000000;
    private static final int O_CLOEXEC = 02000000;

    private TestNamespaces() {}

    /** Ends the test by an assumption where none can be made. */
    public static void assumeAllowed() {
        assumeTrue(
                Capabilities.current().effective().contains(Capability.SYS_ADMIN),
                "making a network namespace needs CAP_SYS_ADMIN");
    }

    /** A new one with nothing in it but loopback, which is off. */
    public static Descriptor make() throws Exception {
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
        return making.get();
    }
}
