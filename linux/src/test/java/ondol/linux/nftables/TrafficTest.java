package ondol.linux.nftables;

import static ondol.linux.netlink.TestNetwork.CLIENT;
import static ondol.linux.netlink.TestNetwork.INSIDE;
import static ondol.linux.netlink.TestNetwork.OUTSIDE;
import static ondol.linux.netlink.TestNetwork.SERVER;
import static ondol.linux.nftables.Action.counter;
import static ondol.linux.nftables.Action.dnat;
import static ondol.linux.nftables.Action.masquerade;
import static ondol.linux.nftables.Action.redirect;
import static ondol.linux.nftables.Action.reject;
import static ondol.linux.nftables.Action.rejectWithReset;
import static ondol.linux.nftables.Action.setCtMark;
import static ondol.linux.nftables.Action.setMark;
import static ondol.linux.nftables.Load.concat;
import static ondol.linux.nftables.Packet.TCP;
import static ondol.linux.nftables.Packet.ctMark;
import static ondol.linux.nftables.Packet.ctOriginalDport;
import static ondol.linux.nftables.Packet.ctOriginalIpDaddr;
import static ondol.linux.nftables.Packet.ctState;
import static ondol.linux.nftables.Packet.ctStatus;
import static ondol.linux.nftables.Packet.dport;
import static ondol.linux.nftables.Packet.iifname;
import static ondol.linux.nftables.Packet.ipDaddr;
import static ondol.linux.nftables.Packet.ipSaddr;
import static ondol.linux.nftables.Packet.l4proto;
import static ondol.linux.nftables.Packet.mark;
import static ondol.linux.nftables.Packet.oifname;
import static ondol.linux.nftables.Packet.tcpDport;
import static ondol.linux.nftables.Packet.toLocalAddress;
import static ondol.linux.nftables.Type.IFNAME;
import static ondol.linux.nftables.Type.INET_PROTO;
import static ondol.linux.nftables.Type.INET_SERVICE;
import static ondol.linux.nftables.Type.IPV4_ADDR;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import ondol.linux.TestNamespaces;
import ondol.linux.netlink.Prefix;
import ondol.linux.netlink.TestNetwork;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What rules do to connections of TCP between three namespaces. */
class TrafficTest {
    private static final Table TABLE = Table.inet("ondol");
    private static final NamedSet PORTS =
            NamedSet.of("ports", IPV4_ADDR, INET_PROTO, INET_SERVICE).to(IPV4_ADDR, INET_SERVICE);

    private TestNetwork network;
    private Nftables router;

    @BeforeEach
    void make() throws Exception {
        TestNamespaces.assumeAllowed();
        network = new TestNetwork();
        NftablesTest.assumeFilter(network.router);
        router = Nftables.inNamespace(network.router.number());
        network.serve(network.server, 80);
    }

    @AfterEach
    void close() throws Exception {
        if (router != null) {
            router.close();
        }
        if (network != null) {
            network.close();
        }
    }

    private String ask(int port) throws Exception {
        return TestNetwork.ask(network.client, OUTSIDE, port);
    }

    @Test
    void aMapPublishesPorts() throws Exception {
        assertThat(TestNetwork.ask(network.client, SERVER, 80)).isEqualTo(CLIENT.getHostAddress());
        assertThatThrownBy(() -> ask(8080)).isInstanceOf(ConnectException.class);
        Element port = Element.of(
                Data.concat(Data.address(OUTSIDE), Data.protocol(TCP), Data.port(8080)),
                Data.concat(Data.address(SERVER), Data.port(80)));
        router.apply(new Transaction()
                .addTable(TABLE)
                .addSet(TABLE, PORTS)
                .addElements(TABLE, PORTS, port)
                .addChain(TABLE, Chain.nat("before", Hook.PREROUTING, Chain.DSTNAT))
                .addRule(
                        TABLE,
                        "before",
                        toLocalAddress(),
                        counter(),
                        dnat(concat(ipDaddr(), l4proto(), dport()).through(PORTS)))
                .addChain(TABLE, Chain.filter("between", Hook.FORWARD, Chain.FILTER))
                .addRule(
                        TABLE,
                        "between",
                        ctStatus(Packet.DNAT),
                        ctOriginalIpDaddr().is(Data.address(OUTSIDE)),
                        ctOriginalDport().is(Data.port(8080)),
                        counter()));
        assertThat(ask(8080)).isEqualTo(CLIENT.getHostAddress());
        assertThat(counted("before")).isEqualTo(1);
        assertThat(counted("between")).isGreaterThan(3);
        router.apply(new Transaction().deleteElements(TABLE, PORTS, port));
        assertThatThrownBy(() -> ask(8080)).isInstanceOf(ConnectException.class);
    }

    @Test
    void sourcesAreHidden() throws Exception {
        router.apply(new Transaction()
                .addTable(TABLE)
                .addChain(TABLE, Chain.nat("before", Hook.PREROUTING, Chain.DSTNAT))
                .addRule(TABLE, "before", iifname("outside"), tcpDport().is(Data.port(81)), dnat(SERVER, 80))
                .addRule(TABLE, "before", tcpDport().between(Data.port(90), Data.port(99)), dnat(SERVER, 80))
                .addChain(TABLE, Chain.nat("after", Hook.POSTROUTING, Chain.SRCNAT))
                .addRule(
                        TABLE,
                        "after",
                        oifname("inside"),
                        ipSaddr().notIn(Prefix.parse("10.7.0.0/24")),
                        ctOriginalDport().is(Data.port(81)),
                        masquerade()));
        assertThat(ask(81)).isEqualTo(INSIDE.getHostAddress());
        assertThat(ask(95)).isEqualTo(CLIENT.getHostAddress());
        assertThatThrownBy(() -> ask(100)).isInstanceOf(ConnectException.class);
    }

    @Test
    void aPortIsSentToThisMachine() throws Exception {
        network.serve(network.router, 5353);
        router.apply(new Transaction()
                .addTable(TABLE)
                .addChain(TABLE, Chain.nat("before", Hook.PREROUTING, Chain.DSTNAT))
                .addRule(TABLE, "before", tcpDport().is(Data.port(53)), redirect(5353)));
        assertThat(ask(53)).isEqualTo(CLIENT.getHostAddress());
        assertThat(TestNetwork.ask(network.client, SERVER, 53)).isEqualTo(CLIENT.getHostAddress());
    }

    @Test
    void walls() throws Exception {
        NamedSet denied = NamedSet.of("denied", IPV4_ADDR).withIntervals();
        NamedSet doors = NamedSet.of("doors", IFNAME).toVerdicts();
        router.apply(new Transaction()
                .addTable(TABLE)
                .addSet(TABLE, denied)
                .addChain(TABLE, Chain.regular("from-outside"))
                .addSet(TABLE, doors)
                .addElements(TABLE, doors, Element.of(Data.ifname("outside"), Verdict.jump("from-outside")))
                .addChain(TABLE, Chain.filter("between", Hook.FORWARD, Chain.FILTER))
                .addRule(TABLE, "between", ctState(Packet.ESTABLISHED | Packet.RELATED), Verdict.ACCEPT)
                .addRule(TABLE, "between", iifname().verdict(doors))
                .addRule(TABLE, "from-outside", ipSaddr().in(denied), counter(), rejectWithReset()));
        assertThat(TestNetwork.ask(network.client, SERVER, 80)).isEqualTo(CLIENT.getHostAddress());
        router.apply(new Transaction().addElements(TABLE, denied, Element.network(Prefix.parse("192.0.2.0/25"))));
        assertThatThrownBy(() -> TestNetwork.ask(network.client, SERVER, 80)).isInstanceOf(ConnectException.class);
        assertThat(counted("from-outside")).isEqualTo(1);
        router.apply(new Transaction()
                .flushChain(TABLE, "from-outside")
                .addRule(TABLE, "from-outside", ipSaddr().in(denied), reject()));
        assertThatThrownBy(() -> TestNetwork.ask(network.client, SERVER, 80)).isInstanceOf(ConnectException.class);
        router.apply(new Transaction()
                .flushChain(TABLE, "from-outside")
                .addRule(TABLE, "from-outside", ipSaddr().in(denied), Verdict.DROP));
        assertThatThrownBy(() -> TestNetwork.ask(network.client, SERVER, 80))
                .isInstanceOf(SocketTimeoutException.class);
        router.apply(new Transaction().flushSet(TABLE, "denied"));
        assertThat(TestNetwork.ask(network.client, SERVER, 80)).isEqualTo(CLIENT.getHostAddress());
    }

    @Test
    void marksAreKeptWithConnections() throws Exception {
        router.apply(new Transaction()
                .addTable(TABLE)
                .addChain(TABLE, Chain.filter("early", Hook.PREROUTING, Chain.MANGLE))
                .addRule(TABLE, "early", ctState(Packet.NEW), setMark(mark().bits(~0xff, 0x2a)))
                .addRule(TABLE, "early", ctState(Packet.NEW), setCtMark(mark()))
                .addChain(TABLE, Chain.filter("between", Hook.FORWARD, Chain.FILTER))
                .addRule(
                        TABLE,
                        "between",
                        iifname("inside"),
                        ctMark().is(Data.number(0x2a)),
                        Action.limit(1, Duration.ofHours(1), 5),
                        counter()));
        assertThat(TestNetwork.ask(network.client, SERVER, 80)).isEqualTo(CLIENT.getHostAddress());
        assertThat(counted("between")).isBetween(2L, 5L);
    }

    private long counted(String chain) {
        return router.rules(TABLE, chain).getLast().counter().orElseThrow().packets();
    }
}
