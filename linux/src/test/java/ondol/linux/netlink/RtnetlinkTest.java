package ondol.linux.netlink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import ondol.linux.Call;
import ondol.linux.Descriptor;
import ondol.linux.Errno;
import ondol.linux.Kernel;
import ondol.linux.KernelException;
import ondol.linux.Namespaced;
import ondol.linux.TestNamespaces;
import ondol.linux.netlink.Routes.Route;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against the kernel, in two network namespaces made for each test; they go when their descriptors are closed. */
class RtnetlinkTest {
    private final List<Descriptor> namespaces = new ArrayList<>();
    private final List<NetlinkSocket> sockets = new ArrayList<>();

    @BeforeEach
    void makeNamespaces() throws Exception {
        TestNamespaces.assumeAllowed();
        for (int i = 0; i < 2; i++) {
            Descriptor namespace = TestNamespaces.make();
            namespaces.add(namespace);
            sockets.add(NetlinkSocket.inNamespace(namespace.number()));
        }
    }

    @AfterEach
    void close() {
        sockets.forEach(NetlinkSocket::close);
        namespaces.forEach(Descriptor::close);
    }

    private Links links(int i) {
        return new Links(sockets.get(i));
    }

    private Addresses addresses(int i) {
        return new Addresses(sockets.get(i));
    }

    private Routes routes(int i) {
        return new Routes(sockets.get(i));
    }

    @Test
    void aNewNamespaceHasLoopbackAlone() {
        assertThat(links(0).list()).singleElement().satisfies(link -> {
            assertThat(link.name()).isEqualTo("lo");
            assertThat(link.up()).isFalse();
            assertThat(link.mac()).isEqualTo("00:00:00:00:00:00");
        });
        links(0).up(1);
        assertThat(links(0).get("lo").up()).isTrue();
        assertThat(addresses(0).list(1)).contains(Prefix.parse("127.0.0.1/8"));
        links(0).down(1);
        assertThat(links(0).get(1).up()).isFalse();
    }

    @Test
    void aPairBetweenTwoNamespacesIsMadeAtOnce() throws Exception {
        links(0).add(NewLink.bridge("br0").asUp());
        int bridge = links(0).get("br0").index();
        NewLink far = NewLink.end("eth0")
                .withMac("02:42:0a:00:00:02")
                .withMtu(1400)
                .inNamespace(namespaces.get(1).number());
        links(0).add(NewLink.veth("veth0", far).withMaster(bridge).withMtu(1400).asUp());
        links(1).up(links(1).get("eth0").index());

        Link near = links(0).get("veth0");
        assertThat(near.kind()).isEqualTo("veth");
        assertThat(near.master()).isEqualTo(bridge);
        assertThat(near.running()).isTrue();
        Link inside = links(1).get("eth0");
        assertThat(inside.mac()).isEqualTo("02:42:0a:00:00:02");
        assertThat(inside.mtu()).isEqualTo(1400);
        assertThat(inside.up()).isTrue();
        assertThat(near.parent()).isEqualTo(inside.index());

        addresses(1).add(inside.index(), Prefix.parse("10.0.0.2/24"));
        addresses(1).add(inside.index(), Prefix.parse("fd00::2/64"));
        assertThat(addresses(1).list(inside.index())).contains(Prefix.parse("10.0.0.2/24"), Prefix.parse("fd00::2/64"));
        Route route = Route.byDefault(InetAddress.ofLiteral("10.0.0.1"), inside.index());
        routes(1).add(route);
        assertThat(routes(1).list()).contains(route, new Route(Prefix.parse("10.0.0.0/24"), null, inside.index(), 0));
        routes(1).add(Route.byDefault(InetAddress.ofLiteral("fd00::1"), inside.index()));
        assertThat(routes(1).list())
                .anyMatch(one -> one.destination().equals(Prefix.ALL_IPV6) && one.link() == inside.index());
        routes(1).delete(route);
        assertThat(routes(1).list()).doesNotContain(route);
        addresses(1).delete(inside.index(), Prefix.parse("10.0.0.2/24"));
        assertThat(addresses(1).list(inside.index())).doesNotContain(Prefix.parse("10.0.0.2/24"));

        links(1).delete(inside.index());
        assertThat(links(0).find("veth0")).isEmpty();
    }

    @Test
    void linksAreRenamedMovedAndChanged() {
        links(0).add(NewLink.veth("a", NewLink.end("b")));
        int index = links(0).get("b").index();
        links(0).rename(index, "c");
        links(0).mtu(index, 1280);
        links(0).mac(index, "02:00:00:00:00:01");
        assertThat(links(0).get("c"))
                .returns(1280, Link::mtu)
                .returns("02:00:00:00:00:01", Link::mac)
                .returns(index, Link::index);
        links(0).add(NewLink.bridge("br0"));
        int bridge = links(0).get("br0").index();
        links(0).master(index, bridge);
        assertThat(links(0).get(index).master()).isEqualTo(bridge);
        links(0).master(index, 0);
        assertThat(links(0).get(index).master()).isZero();
        links(0).move(index, namespaces.get(1).number());
        assertThat(links(0).find("c")).isEmpty();
        assertThat(links(1).get("c").mac()).isEqualTo("02:00:00:00:00:01");
    }

    @Test
    void otherKindsAreMadeWhereTheKernelHasThem() {
        links(0).add(NewLink.veth("a", NewLink.end("b")));
        int parent = links(0).get("a").index();
        for (NewLink link : List.of(NewLink.macvlan("m", parent), NewLink.of("ifb", "i"), NewLink.of("dummy", "d"))) {
            try {
                links(0).add(link);
                assertThat(links(0).get(link.name()).kind()).isEqualTo(link.kind());
            } catch (KernelException e) {
                assertThat(e)
                        .hasMessage("netlink newlink(%s %s): Unknown device type (ENOTSUP)"
                                .formatted(link.kind(), link.name()));
            }
        }
    }

    @Test
    void manyLinksAreListed() {
        for (int i = 0; i < 60; i++) {
            links(0).add(NewLink.bridge("br" + i));
        }
        assertThat(links(0).list()).hasSize(61);
    }

    @Test
    void saysWhatTheKernelSays() {
        assertThatThrownBy(() -> links(0).get("nothing"))
                .isInstanceOf(KernelException.class)
                .hasMessage("netlink getlink(nothing): no such device (ENODEV)");
        links(0).add(NewLink.bridge("br0"));
        assertThatThrownBy(() -> links(0).add(NewLink.bridge("br0")))
                .satisfies(e -> assertThat(((KernelException) e).errno()).isEqualTo(Errno.EEXIST));
        assertThatThrownBy(() -> routes(0).add(Route.byDefault(InetAddress.ofLiteral("10.9.9.9"), 0)))
                .hasMessage("netlink newroute(0.0.0.0/0 by 10.9.9.9): Nexthop has invalid gateway (ENETUNREACH)");
        assertThatThrownBy(() -> NewLink.bridge("a/b")).hasMessageContaining("network interface name \"a/b\"");
        assertThatThrownBy(() -> Prefix.parse("example.org/24")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Prefix.parse("10.0.0.0/33")).hasMessageContaining("is not from 0 to 32");
        assertThatThrownBy(() -> NetlinkSocket.inNamespace(987_654)).hasMessageContaining("setns");
    }

    @Test
    void tcpHandsOverLargerPieces() throws Exception {
        NewLink far = NewLink.end("eth0")
                .withGso(1 << 17)
                .inNamespace(namespaces.get(1).number());
        links(0).add(NewLink.veth("large", far).withGso(1 << 18));
        int near = links(0).gso(links(0).get("large").index());
        assumeTrue(near != 0, "this kernel has no BIG TCP for IPv4 (Linux 6.3)");
        assertThat(near).isEqualTo(1 << 18);
        assertThat(links(1).gso(links(1).get("eth0").index())).isEqualTo(1 << 17);
        links(0).gso(1, 1 << 17);
        assertThat(links(0).gso(1)).isEqualTo(1 << 17);
    }

    @Test
    void manyRequestsAreSentAtOnce() throws Exception {
        NewLink far =
                NewLink.end("eth0").withIndex(77).inNamespace(namespaces.get(1).number());
        sockets.get(0)
                .requests(Requests.add(NewLink.veth("a", far).withIndex(1000).asUp()));
        assertThatThrownBy(() -> links(0).add(NewLink.veth("c", far))).isInstanceOf(IllegalArgumentException.class);
        List<Request> more = new ArrayList<>(List.of(Requests.up(1), Requests.up("eth0")));
        for (int i = 1; i <= 200; i++) {
            more.add(Requests.address(77, Prefix.parse("10.0.0." + i + "/24")));
        }
        more.add(Requests.route(Route.byDefault(InetAddress.ofLiteral("10.0.0.254"), 77)));
        more.add(Requests.neighbour(77, InetAddress.ofLiteral("10.0.0.254"), "02:00:00:00:00:02"));
        sockets.get(1).requests(more);
        assertThat(links(1).get(77).name()).isEqualTo("eth0");
        assertThat(links(1).get(77).parentNamespace()).isNotNegative();
        assertThat(links(0).get("a").parent()).isEqualTo(77);
        assertThat(addresses(1).list(77)).hasSizeGreaterThanOrEqualTo(200);
        assertThat(routes(1).list()).anyMatch(route -> route.gateway() != null);

        assertThatThrownBy(() -> sockets.get(1)
                        .requests(List.of(
                                Requests.address(77, Prefix.parse("10.0.0.1/24")),
                                Requests.address(77, Prefix.parse("10.0.1.1/24")),
                                Requests.address(99, Prefix.parse("10.0.2.1/24")))))
                .satisfies(e -> assertThat(((KernelException) e).errno()).isEqualTo(Errno.EEXIST))
                .satisfies(e -> assertThat(e.getSuppressed())
                        .singleElement()
                        .satisfies(second -> assertThat(second).hasMessageContaining("ENODEV")));
        assertThat(addresses(1).list(77)).contains(Prefix.parse("10.0.1.1/24"));
        // and the next exchange is not confused by it
        assertThat(links(1).get(77).up()).isTrue();
    }

    @Test
    void aMessageIsWhatTheKernelTakes() throws Exception {
        byte[] message = Requests.up(1).message(5);
        Namespaced.call(namespaces.get(0).number(), () -> {
            try (NetlinkSocket own = NetlinkSocket.open();
                    Arena arena = Arena.ofConfined()) {
                long bytes = arena.allocateFrom(ValueLayout.JAVA_BYTE, message).address();
                return Kernel.call(Call.SENDTO, "message", own.number(), bytes, message.length, 0, 0, 0);
            }
        });
        assertThat(links(0).get(1).up()).isTrue();
    }

    @Test
    void neighboursAreSetAndForgotten() {
        links(0).add(NewLink.veth("a", NewLink.end("b")).asUp());
        int index = links(0).get("a").index();
        Neighbours neighbours = new Neighbours(sockets.get(0));
        InetAddress four = InetAddress.ofLiteral("10.0.0.9");
        InetAddress six = InetAddress.ofLiteral("fd00::9");
        neighbours.set(index, four, "02:00:00:00:00:01");
        neighbours.set(index, four, "02:00:00:00:00:09");
        neighbours.set(index, six, "02:00:00:00:00:09");
        assertThat(neighbours.list())
                .contains(
                        new Neighbours.Neighbour(index, four, "02:00:00:00:00:09", true),
                        new Neighbours.Neighbour(index, six, "02:00:00:00:00:09", true));
        neighbours.delete(index, four);
        assertThat(neighbours.list())
                .extracting(Neighbours.Neighbour::address)
                .contains(six)
                .doesNotContain(four);
    }

    @Test
    void bridgesAndPortsHaveOptions() throws Exception {
        links(0).add(NewLink.bridge("br0").asUp());
        int bridge = links(0).get("br0").index();
        links(0).bridge(bridge, new Links.BridgeOptions(false, false, false));
        assertThat(links(0).options(bridge)).isEqualTo(new Links.BridgeOptions(false, false, false));
        links(0).bridge(bridge, new Links.BridgeOptions(true, false, false));
        assertThat(links(0).options(bridge).stp()).isTrue();
        links(0).add(NewLink.veth("a", NewLink.end("b")).withMaster(bridge).asUp());
        int port = links(0).get("a").index();
        assertThat(links(0).port(port)).isEqualTo(new Links.PortOptions(false, false, true, true));
        links(0).port(port, new Links.PortOptions(true, true, false, false));
        assertThat(links(0).port(port)).isEqualTo(new Links.PortOptions(true, true, false, false));
        assertThat(links(0).ports(bridge)).extracting(Link::name).containsExactly("a");
        assertThat(links(0).ports(port)).isEmpty();
    }

    @Test
    void interfacesCount() throws Exception {
        try (TestNetwork network = new TestNetwork();
                NetlinkSocket router = NetlinkSocket.inNamespace(network.router.number())) {
            network.serve(network.server, 80);
            Links links = new Links(router);
            int inside = links.get("inside").index();
            LinkStatistics before = links.statistics(inside);
            assertThat(TestNetwork.ask(network.client, TestNetwork.SERVER, 80)).isNotEmpty();
            LinkStatistics after = links.statistics(inside);
            assertThat(after.txPackets()).isGreaterThan(before.txPackets() + 3);
            assertThat(after.rxPackets()).isGreaterThan(before.rxPackets() + 3);
            assertThat(after.txBytes()).isGreaterThan(before.txBytes() + 200);
            assertThat(after.rxBytes()).isGreaterThan(before.rxBytes() + 200);
            assertThat(after.rxErrors() + after.txErrors()).isZero();
            assertThat(links.statistics()).containsKeys(1, inside);
        }
    }

    @Test
    void modesOfMacvlan() {
        links(0).add(NewLink.veth("a", NewLink.end("b")));
        int parent = links(0).get("a").index();
        for (NewLink.Mode mode : List.of(NewLink.Mode.PRIVATE, NewLink.Mode.VEPA, NewLink.Mode.BRIDGE)) {
            try {
                links(0).add(NewLink.macvlan("m" + mode.name().charAt(0), parent, mode));
            } catch (KernelException e) {
                assumeTrue(e.errno() != Errno.ENOTSUP, "the kernel lacks macvlan");
                throw e;
            }
        }
        assertThat(links(0).list())
                .filteredOn(link -> link.kind().equals("macvlan"))
                .hasSize(3);
        assertThatThrownBy(() -> NewLink.macvlan("x", parent, NewLink.Mode.L3))
                .hasMessage("mode L3 is one of ipvlan, not of macvlan");
    }
}
