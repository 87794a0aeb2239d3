package ondol.linux.netlink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.util.List;
import ondol.linux.Descriptor;
import ondol.linux.Errno;
import ondol.linux.KernelException;
import ondol.linux.TestNamespaces;
import ondol.linux.netlink.Routes.Route;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against the kernel, in two network namespaces made for each test; they go when their descriptors are closed. */
class RtnetlinkTest {
    private final List<Descriptor> namespaces = new java.util.ArrayList<>();
    private final List<NetlinkSocket> sockets = new java.util.ArrayList<>();

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
}
