package ondol.network.dns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import ondol.linux.Namespaced;
import ondol.network.TestMachine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the table of names knows, asked by dig in a container's network namespace. */
class DnsServerTest {
    private static final InetAddress WEB = InetAddress.ofLiteral("10.1.0.2");
    private static final InetAddress WEB6 = InetAddress.ofLiteral("fd00:1::2");
    private static final InetAddress DB = InetAddress.ofLiteral("10.1.0.3");

    private final NameTable names = new NameTable();
    private TestMachine machine;
    private DnsServer server;
    private Scope scope;
    private int host;
    private int container;

    @BeforeEach
    void start() throws Exception {
        TestMachine.assumeProgram("dig", "bind9-dnsutils");
        machine = new TestMachine();
        host = machine.namespace();
        container = machine.namespace();
        server = Namespaced.call(host, () -> DnsServer.open(names, ForwardRules.ALL));
        scope = server.attach("w", container, Upstreams.none());
        names.set(List.of(
                endpoint("shop", "w", List.of("web", "0123456789ab", "www"), WEB, WEB6),
                endpoint("shop", "d", List.of("db"), DB)));
    }

    @AfterEach
    void stop() throws Exception {
        if (server != null) {
            server.close();
        }
        if (machine != null) {
            machine.close();
        }
    }

    static Endpoint endpoint(String network, String container, List<String> called, InetAddress... addresses) {
        return new Endpoint(network, container, called, List.of(addresses), Map.of());
    }

    private String dig(int namespace, String... words) throws Exception {
        String[] command = java.util.stream.Stream.concat(
                        java.util.stream.Stream.of("dig", "@127.0.0.11", "+tries=1", "+time=2"),
                        java.util.stream.Stream.of(words))
                .toArray(String[]::new);
        return machine.run(namespace, command);
    }

    @Test
    void answersNamesIdsAliasesAndAddresses() throws Exception {
        for (String name : List.of("web", "0123456789ab", "www", "WEB.", "web.shop")) {
            assertThat(dig(container, "+short", name, "A")).isEqualTo("10.1.0.2\n");
        }
        assertThat(dig(container, "+short", "web", "AAAA")).isEqualTo("fd00:1::2\n");
        assertThat(dig(container, "+short", "-x", "10.1.0.3")).isEqualTo("db.shop.\n");
        assertThat(dig(container, "+short", "-x", "fd00:1::2")).isEqualTo("web.shop.\n");
        assertThat(dig(container, "+short", "+tcp", "db", "A")).isEqualTo("10.1.0.3\n");
        assertThat(dig(container, "+short", "+noedns", "db", "A")).isEqualTo("10.1.0.3\n");
        assertThat(dig(container, "web", "A"))
                .contains("status: NOERROR", "flags: qr aa rd ra", "ANSWER: 1", "EDNS: version: 0")
                .doesNotContain("WARNING");
    }

    @Test
    void aNameWithoutAnAddressOfTheTypeIsThereAllTheSame() throws Exception {
        for (String type : List.of("AAAA", "MX", "TXT", "HTTPS")) {
            assertThat(dig(container, "db", type)).contains("status: NOERROR", "ANSWER: 0");
        }
        assertThat(dig(container, "web", "ANY", "+notcp")).contains("status: NOERROR", "ANSWER: 2");
    }

    @Test
    void severalAddressesTakeTurns() throws Exception {
        names.set(IntStream.range(0, 3)
                .mapToObj(i -> endpoint("shop", i == 0 ? "w" : "c" + i, List.of("worker"), address(i)))
                .toList());
        Set<String> first = new HashSet<>();
        for (int i = 0; i < 3; i++) {
            List<String> lines = dig(container, "+short", "worker", "A").lines().toList();
            assertThat(lines).hasSize(3);
            first.add(lines.getFirst());
        }
        assertThat(first).hasSize(3);
    }

    private static InetAddress address(int i) {
        return InetAddress.ofLiteral("10.1.%d.%d".formatted(i / 250, 1 + i % 250));
    }

    @Test
    void whatDoesNotFitIsAskedForAgainByTcp() throws Exception {
        names.set(IntStream.range(0, 400)
                .mapToObj(i -> endpoint("shop", i == 0 ? "w" : "c" + i, List.of("worker"), address(i)))
                .toList());
        assertThat(dig(container, "worker", "A", "+ignore", "+noedns")).contains("flags: qr aa tc rd ra");
        assertThat(dig(container, "+short", "worker", "A").lines()).hasSize(400);
    }

    @Test
    void followsAtOnce() throws Exception {
        assertThat(dig(container, "cache", "A")).contains("status: NXDOMAIN");
        names.set(List.of(
                endpoint("shop", "w", List.of("web"), WEB),
                endpoint("shop", "c", List.of("cache"), InetAddress.ofLiteral("10.1.0.9"))));
        assertThat(dig(container, "+short", "cache", "A")).isEqualTo("10.1.0.9\n");
        assertThat(dig(container, "db", "A")).contains("status: NXDOMAIN");
    }

    @Test
    void answersInTheNamespaceAlone() throws Exception {
        int other = machine.namespace();
        assertThat(dig(host, "db", "A")).contains("connection refused");
        assertThat(dig(other, "db", "A")).contains("connection refused");
        try (Scope second = server.attach("x", other, Upstreams.none())) {
            assertThat(second.container()).isEqualTo("x");
            assertThat(dig(other, "db", "A")).contains("status: NXDOMAIN");
        }
    }

    @Test
    void aScopeThatIsClosedAnswersNoMore() throws Exception {
        assertThat(dig(container, "+short", "db", "A")).isEqualTo("10.1.0.3\n");
        scope.close();
        scope.close();
        assertThat(dig(container, "+time=1", "db", "A")).contains("no servers could be reached");
        scope = server.attach("w", container, Upstreams.none());
        assertThat(dig(container, "+short", "db", "A")).isEqualTo("10.1.0.3\n");
    }

    @Test
    void saysWhereItCannotListen() {
        assertThatThrownBy(() -> server.attach("w", container, Upstreams.none()))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageStartingWith("container w: cannot answer names at 127.0.0.11: ");
    }

    @Test
    void theHostAsksForItsOwnNamesAlone() throws Exception {
        String[] at = {"dig", "@127.0.0.54", "-p", "5353", "+tries=1", "+time=2"};
        try (Scope ofHost = Namespaced.call(
                host, () -> server.answerHost(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.54"), 5353)))) {
            assertThat(ofHost.container()).isEmpty();
            assertThat(machine.run(host, with(at, "+short", "db.ondol", "A"))).isEqualTo("10.1.0.3\n");
            assertThat(machine.run(host, with(at, "+short", "db.shop.ondol", "A")))
                    .isEqualTo("10.1.0.3\n");
            assertThat(machine.run(host, with(at, "nobody.ondol", "A"))).contains("status: NXDOMAIN");
            assertThat(machine.run(host, with(at, "db", "A"))).contains("status: REFUSED");
            assertThat(machine.run(host, with(at, "example.org", "A"))).contains("status: REFUSED");
        }
    }

    private static String[] with(String[] command, String... words) {
        return java.util.stream.Stream.of(command, words)
                .flatMap(java.util.Arrays::stream)
                .toArray(String[]::new);
    }

    @Test
    void twoHundredContainersShareOneThread() throws Exception {
        List<Scope> scopes = new java.util.ArrayList<>();
        List<Integer> namespaces = new java.util.ArrayList<>();
        for (int i = 0; i < 200; i++) {
            namespaces.add(machine.namespace());
            scopes.add(server.attach("c" + i, namespaces.getLast(), Upstreams.none()));
        }
        names.set(IntStream.range(0, 200)
                .mapToObj(i -> endpoint("big", "c" + i, List.of("n" + i), address(i)))
                .toList());
        for (int i : List.of(0, 99, 199)) {
            assertThat(dig(namespaces.get(i), "+short", "n" + (199 - i), "A"))
                    .isEqualTo(address(199 - i).getHostAddress() + "\n");
        }
        assertThat(Thread.getAllStackTraces().keySet().stream()
                        .filter(thread -> thread.getName().equals("ondol-dns")))
                .hasSize(1);
        scopes.forEach(Scope::close);
    }

    @Test
    void aContainerMayHaveADnsServerOfItsOwn() throws Exception {
        assumeTrue(Namespaced.call(machine.namespace(), PortSwap::make), "needs nf_tables");
        try (var udp = Namespaced.call(container, () -> new java.net.DatagramSocket(53));
                var tcp = Namespaced.call(container, () -> new java.net.ServerSocket(53))) {
            assertThat(udp.isBound() && tcp.isBound()).isTrue();
            assertThat(dig(container, "+short", "db", "A")).isEqualTo("10.1.0.3\n");
            assertThat(dig(container, "+short", "+tcp", "db", "A")).isEqualTo("10.1.0.3\n");
        }
    }

    @Test
    void garbageIsSurvived() throws IOException, Exception {
        java.util.Random random = new java.util.Random(7);
        try (var socket = Namespaced.call(container, () -> new java.net.DatagramSocket())) {
            for (int i = 0; i < 2000; i++) {
                byte[] bytes = new byte[random.nextInt(5000)];
                random.nextBytes(bytes);
                socket.send(new java.net.DatagramPacket(bytes, bytes.length, DnsServer.ADDRESS, 53));
            }
        }
        for (int i = 0; i < 40; i++) {
            try (var socket = Namespaced.call(container, () -> new java.net.Socket(DnsServer.ADDRESS, 53))) {
                byte[] bytes = new byte[1 + random.nextInt(5000)];
                random.nextBytes(bytes);
                socket.getOutputStream().write(bytes);
            } catch (java.net.SocketException e) {
                // closed by the server: it may be
            }
        }
        List<java.net.Socket> held = new java.util.ArrayList<>();
        for (int i = 0; i < 100; i++) {
            held.add(Namespaced.call(container, () -> new java.net.Socket(DnsServer.ADDRESS, 53)));
        }
        assertThat(dig(container, "+short", "+tcp", "db", "A")).isEqualTo("10.1.0.3\n");
        assertThat(dig(container, "+short", "db", "A")).isEqualTo("10.1.0.3\n");
        for (java.net.Socket one : held) {
            one.close();
        }
    }
}
