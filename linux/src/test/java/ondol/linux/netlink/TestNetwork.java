package ondol.linux.netlink;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import ondol.linux.Descriptor;
import ondol.linux.Namespaced;
import ondol.linux.TestNamespaces;
import ondol.linux.netlink.Routes.Route;

/**
 * Three hosts: a client at 192.0.2.2, a router at 192.0.2.1 and 10.7.0.1 that forwards, and a server at 10.7.0.2, joined by
 * two pairs of veth. The router's ends are called {@code outside} and {@code inside}, the others {@code eth0}.
 */
public final class TestNetwork implements AutoCloseable {
    public static final InetAddress CLIENT = InetAddress.ofLiteral("192.0.2.2");
    public static final InetAddress OUTSIDE = InetAddress.ofLiteral("192.0.2.1");
    public static final InetAddress INSIDE = InetAddress.ofLiteral("10.7.0.1");
    public static final InetAddress SERVER = InetAddress.ofLiteral("10.7.0.2");

    public final Descriptor client = TestNamespaces.make();
    public final Descriptor router = TestNamespaces.make();
    public final Descriptor server = TestNamespaces.make();
    private final List<AutoCloseable> open = new ArrayList<>(List.of(client, router, server));

    /** A network that the test closes. */
    public TestNetwork() throws Exception {
        try (NetlinkSocket socket = NetlinkSocket.inNamespace(router.number())) {
            Links links = new Links(socket);
            links.up(1);
            join(links, socket, "outside", OUTSIDE, client, CLIENT);
            join(links, socket, "inside", INSIDE, server, SERVER);
        }
        Namespaced.call(router.number(), () -> Files.writeString(Path.of("/proc/sys/net/ipv4/ip_forward"), "1"));
    }

    private static void join(
            Links links, NetlinkSocket socket, String near, InetAddress own, Descriptor other, InetAddress address) {
        links.add(NewLink.veth(near, NewLink.end("eth0").inNamespace(other.number()))
                .asUp());
        new Addresses(socket).add(links.get(near).index(), new Prefix(own, 24));
        try (NetlinkSocket far = NetlinkSocket.inNamespace(other.number())) {
            int index = new Links(far).get("eth0").index();
            far.requests(List.of(
                    Requests.up(1),
                    Requests.address(index, new Prefix(address, 24)),
                    Requests.up("eth0"),
                    Requests.route(Route.byDefault(own, index))));
        }
    }

    /** The index of an interface in one of the hosts. */
    public static int index(Descriptor host, String link) {
        try (NetlinkSocket socket = NetlinkSocket.inNamespace(host.number())) {
            return new Links(socket).get(link).index();
        }
    }

    /** What the listener of a port answers: who it thinks is calling. */
    public void serve(Descriptor host, int port) throws IOException {
        ServerSocket listening = Namespaced.call(host.number(), () -> new ServerSocket(port));
        open.add(listening);
        Thread.ofVirtual().start(() -> {
            while (true) {
                try (Socket accepted = listening.accept()) {
                    accepted.getOutputStream()
                            .write(accepted.getInetAddress().getHostAddress().getBytes(UTF_8));
                } catch (IOException e) {
                    return;
                }
            }
        });
    }

    /** Asks such a listener; the answer, or an exception where there is no way. */
    public static String ask(Descriptor host, InetAddress address, int port) throws IOException {
        try (Socket socket = Namespaced.call(host.number(), () -> {
                    Socket made = new Socket();
                    made.connect(new InetSocketAddress(address, port), 2000);
                    return made;
                });
                InputStream in = socket.getInputStream()) {
            return new String(in.readAllBytes(), UTF_8);
        }
    }

    @Override
    public void close() throws Exception {
        for (AutoCloseable one : open.reversed()) {
            one.close();
        }
    }
}
