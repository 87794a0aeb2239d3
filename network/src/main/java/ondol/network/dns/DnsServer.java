package ondol.network.dns;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import ondol.linux.Namespaced;

/**
 * Answers names for all containers on one thread. What {@link NameTable} knows is answered at once, everything else is
 * handed on. See the package for how it is used.
 */
public final class DnsServer implements AutoCloseable {
    /** Where a container finds it; the address of the whole loopback network that Docker uses. */
    public static final InetAddress ADDRESS = InetAddress.ofLiteral("127.0.0.11");

    static final int PORT = 53;
    private static final String HOST_SUFFIX = ".ondol";
    private static final Duration IDLE = Duration.ofSeconds(10);
    private static final int BACKLOG = 64;

    private final NameTable names;
    private final Loop loop;
    private final Responder responder = new Responder();
    private final Forwarder forwarder;
    private final Deadlines idle;
    private final Map<Scope, Runnable> closings = new HashMap<>(); // of the loop's thread

    private DnsServer(NameTable names, ForwardRules rules, Path resolvConf) throws IOException {
        openFirst();
        this.names = names;
        this.loop = new Loop();
        this.idle = loop.deadlines(IDLE);
        this.forwarder = new Forwarder(loop, new HostResolvers(resolvConf), rules);
    }

    /**
     * With the first channel that it opens, the JDK makes a socket that it keeps for good (a closed channel's number stands
     * for it meanwhile). It must be one of this namespace: in a container's it would keep that, and its links, for ever.
     */
    private static void openFirst() throws IOException {
        DatagramChannel.open(StandardProtocolFamily.INET).close();
        ServerSocketChannel.open(StandardProtocolFamily.INET).close();
    }

    /**
     * Starts without anybody to answer.
     *
     * @param names what is known; it may change at any time
     * @param rules what may be asked of resolvers, and who hears their answers
     * @throws UncheckedIOException where the process can open no more descriptors
     */
    public static DnsServer open(NameTable names, ForwardRules rules) {
        return open(names, rules, Path.of("/etc/resolv.conf"));
    }

    static DnsServer open(NameTable names, ForwardRules rules, Path resolvConf) {
        try {
            return new DnsServer(names, rules, resolvConf);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Answers a container from now on.
     *
     * @param container its ID
     * @param namespace a descriptor of its network namespace, in which loopback is up; it may be closed afterwards
     * @param upstreams whom its foreign questions are handed on to
     * @throws UncheckedIOException where the container is answered already, or its port is taken in this namespace
     * @throws ondol.linux.KernelException where the namespace cannot be entered
     */
    public Scope attach(String container, int namespace, Upstreams upstreams) {
        Scope scope = new Scope(this, container, new OfContainer(container), upstreams);
        try {
            Namespaced.call(namespace, () -> {
                int port = PortSwap.make() ? PortSwap.PORT : PORT;
                listen(scope, new InetSocketAddress(ADDRESS, port));
                return scope;
            });
            return scope;
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "container " + container + ": cannot answer names at 127.0.0.11: " + e.getMessage(), e);
        }
    }

    /**
     * Answers the host itself: the addresses of {@code NAME.ondol} and {@code NAME.NETWORK.ondol}, and nothing else.
     *
     * @param at an address of the host and a port
     * @throws UncheckedIOException where it is taken, or is none of the host's
     */
    public Scope answerHost(InetSocketAddress at) {
        Scope scope = new Scope(this, "", new OfHost(), Upstreams.none());
        try {
            listen(scope, at);
            return scope;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot answer names at " + at + ": " + e.getMessage(), e);
        }
    }

    private void listen(Scope scope, InetSocketAddress at) throws IOException {
        StandardProtocolFamily family =
                at.getAddress().getAddress().length == 4 ? StandardProtocolFamily.INET : StandardProtocolFamily.INET6;
        DatagramChannel udp = DatagramChannel.open(family);
        try {
            udp.bind(at);
            ServerSocketChannel tcp = ServerSocketChannel.open(family);
            try {
                tcp.setOption(StandardSocketOptions.SO_REUSEADDR, true);
                tcp.bind(at, BACKLOG);
            } catch (IOException e) {
                tcp.close();
                throw e;
            }
            loop.execute(() -> serve(scope, udp, tcp));
        } catch (IOException e) {
            udp.close();
            throw e;
        }
    }

    private void serve(Scope scope, DatagramChannel udp, ServerSocketChannel tcp) {
        UdpListener packets = new UdpListener(scope, udp);
        TcpListener connections = new TcpListener(scope, loop, idle, tcp);
        closings.put(scope, () -> {
            Loop.quietly(udp);
            connections.close();
            scope.dropExchanges();
        });
        try {
            loop.register(udp, SelectionKey.OP_READ, packets);
            loop.register(tcp, SelectionKey.OP_ACCEPT, connections);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void asked(Scope scope, Client client, byte[] question) {
        switch (responder.reply(scope.view(), question, client.tcp())) {
            case Reply.Nothing() -> {}
            case Reply.Answer(byte[] message) -> client.send(message);
            case Reply.HandOn handOn -> forwarder.handOn(scope, client, question, handOn);
        }
    }

    void detach(Scope scope) {
        loop.execute(() -> {
            Runnable closing = closings.remove(scope);
            if (closing != null) {
                closing.run();
            }
        });
    }

    /** Answers nobody any more. */
    @Override
    public void close() {
        loop.close();
    }

    private final class OfContainer implements Responder.View {
        private final String container;

        OfContainer(String container) {
            this.container = container;
        }

        @Override
        public Optional<List<InetAddress>> addresses(String name) {
            return names.addresses(container, name);
        }

        @Override
        public Optional<String> name(InetAddress address) {
            return names.name(container, address);
        }

        @Override
        public Responder.Unknown unknown(String name) {
            return Responder.Unknown.HAND_ON;
        }
    }

    private final class OfHost implements Responder.View {
        @Override
        public Optional<List<InetAddress>> addresses(String name) {
            return name.endsWith(HOST_SUFFIX)
                    ? names.onHost(name.substring(0, name.length() - HOST_SUFFIX.length()))
                    : Optional.empty();
        }

        @Override
        public Optional<String> name(InetAddress address) {
            return Optional.empty();
        }

        @Override
        public Responder.Unknown unknown(String name) {
            return name.endsWith(HOST_SUFFIX) ? Responder.Unknown.NO_SUCH_NAME : Responder.Unknown.REFUSE;
        }
    }
}
