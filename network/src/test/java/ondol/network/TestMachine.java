package ondol.network;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
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
import ondol.linux.netlink.Addresses;
import ondol.linux.netlink.Links;
import ondol.linux.netlink.NetlinkSocket;
import ondol.linux.netlink.NewLink;
import ondol.linux.netlink.Prefix;
import ondol.linux.netlink.Routes;
import ondol.linux.netlink.Routes.Route;

/** Network namespaces that play a host and its containers, and programs in them. All goes when it is closed. */
public final class TestMachine implements AutoCloseable {
    private static final int CLONE_NEWNET = 0x40000000;
    private static final int O_CLOEXEC = 02000000;
    private static final int LOOPBACK = 1;

    private final List<Descriptor> namespaces = new ArrayList<>();
    private final List<Process> programs = new ArrayList<>();
    private final List<AutoCloseable> closed = new ArrayList<>();

    public TestMachine() {
        assumeTrue(
                Capabilities.current().effective().contains(Capability.SYS_ADMIN),
                "making a network namespace needs CAP_SYS_ADMIN");
    }

    public static void assumeProgram(String name, String debianPackage) {
        boolean found = List.of(System.getenv("PATH").split(":")).stream()
                .anyMatch(folder -> new File(folder, name).canExecute());
        assumeTrue(found, "needs " + name + " (Debian package " + debianPackage + ")");
    }

    /** A namespace whose loopback is up. */
    public int namespace() throws Exception {
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

    /**
     * Two interfaces, each in a namespace, with addresses, up, and with a wire between them.
     *
     * @param nameA at most 15 bytes
     * @param addressA with the subnet's length, such as {@code 10.9.0.1/24}
     */
    public void wire(int a, String nameA, String addressA, int b, String nameB, String addressB) {
        try (NetlinkSocket inA = NetlinkSocket.inNamespace(a);
                NetlinkSocket inB = NetlinkSocket.inNamespace(b)) {
            new Links(inA)
                    .add(NewLink.veth(nameA, NewLink.end(nameB).inNamespace(b)).asUp());
            int indexA = new Links(inA).get(nameA).index();
            int indexB = new Links(inB).get(nameB).index();
            new Links(inB).up(indexB);
            new Addresses(inA).add(indexA, Prefix.parse(addressA));
            new Addresses(inB).add(indexB, Prefix.parse(addressB));
        }
    }

    /** Sends what is not for its own networks to this address. */
    public void gateway(int namespace, String name, String address) {
        try (NetlinkSocket socket = NetlinkSocket.inNamespace(namespace)) {
            int index = new Links(socket).get(name).index();
            new Routes(socket).add(Route.byDefault(InetAddress.ofLiteral(address), index));
        }
    }

    /** Writes a setting below {@code /proc/sys} of a namespace. */
    public void set(int namespace, String path, String value) throws IOException {
        Namespaced.call(namespace, () -> Files.writeString(Path.of("/proc/sys", path), value));
    }

    /** Whether a connection comes about, within 700 ms: {@code yes}, {@code refused} or {@code no}. */
    public String reaches(int from, String address, int port) throws IOException {
        return reaches(from, address, port, 700);
    }

    /** Whether a connection comes about within so many milliseconds: {@code yes}, {@code refused} or {@code no}. */
    public String reaches(int from, String address, int port, int within) throws IOException {
        try (SocketChannel channel = Namespaced.call(from, () -> SocketChannel.open())) {
            channel.socket().connect(new InetSocketAddress(InetAddress.ofLiteral(address), port), within);
            return "yes";
        } catch (ConnectException e) {
            return "refused";
        } catch (IOException e) {
            return "no";
        }
    }

    /** Accepts connections until the machine is closed. */
    public void listen(int namespace, String address, int port) throws IOException {
        ServerSocket listening =
                Namespaced.call(namespace, () -> new ServerSocket(port, 50, InetAddress.ofLiteral(address)));
        closed.add(listening);
        Thread.ofVirtual().start(() -> {
            try {
                while (true) {
                    Socket accepted = listening.accept();
                    Thread.ofVirtual().start(() -> echo(accepted));
                }
            } catch (IOException e) {
                // closed
            }
        });
    }

    private static void echo(Socket accepted) {
        try (accepted) {
            accepted.getInputStream().transferTo(accepted.getOutputStream());
        } catch (IOException e) {
            // the far end is gone
        }
    }

    /** Starts a program that is ended with the machine. */
    public Process start(int namespace, String... command) throws IOException {
        Process started = Namespaced.call(
                namespace,
                () -> new ProcessBuilder(command).redirectErrorStream(true).start());
        programs.add(started);
        return started;
    }

    /** What a program says, which must end by itself within 20 seconds. */
    public String run(int namespace, String... command) throws Exception {
        Process started = start(namespace, command);
        String said = new String(started.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!started.waitFor(20, TimeUnit.SECONDS)) {
            throw new IllegalStateException(String.join(" ", command) + " does not end");
        }
        return said;
    }

    @Override
    public void close() throws Exception {
        for (AutoCloseable one : closed) {
            one.close();
        }
        for (Process program : programs) {
            program.destroyForcibly().waitFor();
        }
        namespaces.forEach(Descriptor::close);
    }
}
