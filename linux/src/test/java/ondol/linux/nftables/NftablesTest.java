package ondol.linux.nftables;

import static ondol.linux.nftables.Action.counter;
import static ondol.linux.nftables.Action.dnat;
import static ondol.linux.nftables.Action.masquerade;
import static ondol.linux.nftables.Load.concat;
import static ondol.linux.nftables.Packet.ctState;
import static ondol.linux.nftables.Packet.dport;
import static ondol.linux.nftables.Packet.ipDaddr;
import static ondol.linux.nftables.Packet.ipSaddr;
import static ondol.linux.nftables.Packet.l4proto;
import static ondol.linux.nftables.Type.IFNAME;
import static ondol.linux.nftables.Type.INET_PROTO;
import static ondol.linux.nftables.Type.INET_SERVICE;
import static ondol.linux.nftables.Type.IPV4_ADDR;
import static ondol.linux.nftables.Type.IPV6_ADDR;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.stream.IntStream;
import ondol.linux.Descriptor;
import ondol.linux.Errno;
import ondol.linux.KernelException;
import ondol.linux.TestNamespaces;
import ondol.linux.netlink.Prefix;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against the kernel, in a network namespace made for each test. */
class NftablesTest {
    private static final Table TABLE = Table.inet("ondol");
    private static final NamedSet PORTS =
            NamedSet.of("ports", IPV4_ADDR, INET_PROTO, INET_SERVICE).to(IPV4_ADDR, INET_SERVICE);

    private Descriptor namespace;
    private Nftables nftables;

    @BeforeEach
    void open() throws Exception {
        TestNamespaces.assumeAllowed();
        namespace = TestNamespaces.make();
        assumeFilter(namespace);
        nftables = Nftables.inNamespace(namespace.number());
    }

    /** Ends the test by an assumption where the kernel lacks nf_tables. */
    static void assumeFilter(Descriptor namespace) {
        KernelException refusal;
        try (Nftables nftables = Nftables.inNamespace(namespace.number())) {
            refusal = nftables.refusalHere().orElse(null);
        } catch (KernelException e) {
            refusal = e;
        }
        assumeTrue(refusal == null, () -> "the kernel lacks nf_tables with inet nat");
    }

    @AfterEach
    void close() {
        if (nftables != null) {
            nftables.close();
        }
        if (namespace != null) {
            namespace.close();
        }
    }

    @Test
    void theProbeChangesNothing() {
        assertThat(nftables.refusalHere()).isEmpty();
        assertThat(nftables.tables()).isEmpty();
    }

    @Test
    void tablesChainsAndRulesAreMadeShownAndDeleted() {
        nftables.apply(new Transaction()
                .addTable(TABLE)
                .addChain(TABLE, Chain.filter("forward", Hook.FORWARD, -5).dropping())
                .addChain(TABLE, Chain.nat("after", Hook.POSTROUTING, Chain.SRCNAT))
                .addChain(TABLE, Chain.regular("more"))
                .addRule(TABLE, "forward", ctState(Packet.ESTABLISHED | Packet.RELATED), counter(), Verdict.ACCEPT)
                .addRule(TABLE, "forward", Verdict.jump("more"))
                .addRule(TABLE, "more", Rule.of(Verdict.ACCEPT).commented("all of it"))
                .addRule(TABLE, "after", ipSaddr().in(Prefix.parse("10.0.0.0/8")), masquerade()));

        assertThat(nftables.tables()).containsExactly(TABLE);
        assertThat(nftables.chains(TABLE))
                .extracting(ListedChain::chain)
                .containsExactly(
                        Chain.filter("forward", Hook.FORWARD, -5).dropping(),
                        Chain.nat("after", Hook.POSTROUTING, Chain.SRCNAT),
                        Chain.regular("more"));
        List<ListedRule> forward = nftables.rules(TABLE, "forward");
        assertThat(forward).hasSize(2);
        assertThat(forward.getFirst().counter()).contains(new ListedRule.Counter(0, 0));
        assertThat(forward.getFirst().verdicts()).containsExactly(Verdict.ACCEPT);
        assertThat(forward.getLast().counter()).isEmpty();
        assertThat(forward.getLast().verdicts()).containsExactly(Verdict.jump("more"));
        assertThat(nftables.rules(TABLE, "more")).singleElement().returns("all of it", ListedRule::comment);
        assertThat(nftables.rules(TABLE)).hasSize(4);
        assertThat(nftables.rules(TABLE, "nothing")).isEmpty();
        assertThat(nftables.rules(Table.ip("nothing"))).isEmpty();

        nftables.apply(new Transaction()
                .insertRule(TABLE, "forward", Rule.of(Verdict.RETURN).commented("first"))
                .insertRule(
                        TABLE,
                        "forward",
                        Rule.of(Verdict.RETURN).commented("second"),
                        forward.getFirst().handle())
                .deleteRule(TABLE, "forward", forward.getLast().handle())
                .deleteChain(TABLE, "more"));
        assertThat(nftables.rules(TABLE, "forward"))
                .extracting(ListedRule::comment)
                .containsExactly("first", "second", "");
        assertThat(nftables.chains(TABLE)).hasSize(2);
        nftables.apply(new Transaction().flushChain(TABLE, "forward"));
        assertThat(nftables.rules(TABLE)).hasSize(1);
        nftables.apply(new Transaction().deleteTable(TABLE));
        assertThat(nftables.tables()).isEmpty();
    }

    @Test
    void whatNoPacketGetsPastIsKnown() {
        nftables.apply(new Transaction()
                .addTable(TABLE)
                .addChain(TABLE, Chain.filter("forward", Hook.FORWARD, 0))
                .addRule(TABLE, "forward", ctState(Packet.ESTABLISHED), Verdict.DROP)
                .addRule(TABLE, "forward", ctState(Packet.NEW), Action.reject())
                .addRule(TABLE, "forward", counter(), Verdict.RETURN)
                .addRule(TABLE, "forward", counter(), Verdict.DROP)
                .addRule(TABLE, "forward", Action.reject()));
        assertThat(nftables.rules(TABLE, "forward"))
                .extracting(ListedRule::refusesAll)
                .containsExactly(false, false, false, true, true);
    }

    @Test
    void setsKeepTheirElements() {
        NamedSet peers = NamedSet.of("peers", IPV6_ADDR);
        NamedSet links = NamedSet.of("links", IFNAME).toVerdicts();
        NamedSet expiring = NamedSet.of("marks", Type.MARK).withTimeout(Duration.ofHours(1));
        Element port = Element.of(
                        Data.concat(Data.address("10.0.0.1"), Data.protocol(6), Data.port(8080)),
                        Data.concat(Data.address("10.0.0.2"), Data.port(80)))
                .commented("web");
        Element link = Element.of(Data.ifname("eth0"), Verdict.jump("more"));
        nftables.apply(new Transaction()
                .addTable(TABLE)
                .addChain(TABLE, Chain.regular("more"))
                .addSet(TABLE, PORTS)
                .addSet(TABLE, peers)
                .addSet(TABLE, links)
                .addSet(TABLE, expiring)
                .addElements(TABLE, PORTS, port)
                .addElements(TABLE, peers, Element.of(Data.address("fd00::1")), Element.of(Data.address("fd00::2")))
                .addElements(TABLE, links, link)
                .addElements(TABLE, expiring, Element.of(Data.number(7)).expiringAfter(Duration.ofMinutes(10))));

        assertThat(nftables.elements(TABLE, PORTS)).containsExactly(port);
        assertThat(nftables.elements(TABLE, links)).containsExactly(link);
        assertThat(nftables.elements(TABLE, peers))
                .extracting(Element::key)
                .containsExactlyInAnyOrder(Data.address("fd00::1"), Data.address("fd00::2"));
        assertThat(nftables.elements(TABLE, expiring))
                .singleElement()
                .satisfies(element ->
                        assertThat(element.timeout()).isBetween(Duration.ofMinutes(9), Duration.ofMinutes(10)));
        assertThat(nftables.sets(TABLE))
                .extracting(ListedSet::name)
                .containsExactlyInAnyOrder("ports", "peers", "links", "marks");
        ListedSet listed = nftables.sets(TABLE).stream()
                .filter(set -> set.name().equals("ports"))
                .findFirst()
                .orElseThrow();
        assertThat(listed).returns(true, ListedSet::map).returns(12, ListedSet::keyBytes);
        assertThat(nftables.elements(listed)).containsExactly(port);

        nftables.apply(new Transaction()
                .deleteElements(TABLE, PORTS, port)
                .deleteElements(TABLE, peers, Element.of(Data.address("fd00::1")))
                .flushSet(TABLE, "links")
                .deleteSet(TABLE, "marks"));
        assertThat(nftables.elements(TABLE, PORTS)).isEmpty();
        assertThat(nftables.elements(TABLE, links)).isEmpty();
        assertThat(nftables.elements(TABLE, peers)).hasSize(1);
        assertThat(nftables.sets(TABLE)).hasSize(3);
    }

    @Test
    void networksAreIntervals() {
        NamedSet networks = NamedSet.of("networks", IPV4_ADDR).withIntervals();
        NamedSet walls = NamedSet.of("walls", IPV4_ADDR, INET_SERVICE).withIntervals();
        Element first = Element.network(Prefix.parse("10.1.0.0/16"));
        Element beside = Element.network(Prefix.parse("10.2.0.0/16"));
        Element one = Element.of(Data.address("192.0.2.1"));
        Element last = Element.network(Prefix.parse("240.0.0.0/4"));
        Element wall = Element.range(
                Data.concat(Data.first(Prefix.parse("10.0.0.0/8")), Data.port(80)),
                Data.concat(Data.last(Prefix.parse("10.0.0.0/8")), Data.port(443)));
        nftables.apply(new Transaction()
                .addTable(TABLE)
                .addSet(TABLE, networks)
                .addSet(TABLE, walls)
                .addElements(TABLE, networks, first, beside, one, last)
                .addElements(TABLE, walls, wall));
        assertThat(nftables.elements(TABLE, networks)).containsExactly(first, beside, one, last);
        assertThat(nftables.elements(TABLE, walls)).containsExactly(wall);
        nftables.apply(
                new Transaction().deleteElements(TABLE, networks, beside, last).deleteElements(TABLE, walls, wall));
        assertThat(nftables.elements(TABLE, networks)).containsExactly(first, one);
        assertThat(nftables.elements(TABLE, walls)).isEmpty();
    }

    @Test
    void aTransactionThatFailsChangesNothing() {
        nftables.apply(new Transaction().addTable(TABLE).addChain(TABLE, Chain.regular("stays")));
        assertThatThrownBy(() -> nftables.apply(new Transaction()
                        .addChain(TABLE, Chain.regular("new"))
                        .addRule(TABLE, "new", Rule.of(Verdict.jump("nowhere")).commented("lost"))
                        .deleteChain(TABLE, "stays")
                        .deleteSet(TABLE, "unknown")))
                .isInstanceOf(KernelException.class)
                .hasMessageStartingWith("netfilter newrule(inet ondol new \"lost\"): ")
                .satisfies(e -> assertThat(((KernelException) e).errno()).isEqualTo(Errno.ENOENT))
                .satisfies(e -> assertThat(e.getSuppressed())
                        .singleElement()
                        .satisfies(second ->
                                assertThat(second).hasMessageStartingWith("netfilter delset(inet ondol unknown): ")));
        assertThat(nftables.chains(TABLE)).extracting(ListedChain::name).containsExactly("stays");
        // and the next one works
        nftables.apply(new Transaction().deleteChain(TABLE, "stays"));
        assertThat(nftables.chains(TABLE)).isEmpty();
    }

    @Test
    void whatDoesNotFitIsRefusedBeforeTheKernelSeesIt() {
        Transaction transaction = new Transaction();
        assertThatThrownBy(() ->
                        transaction.addElements(TABLE, PORTS, Element.of(Data.address("10.0.0.1"), Verdict.ACCEPT)))
                .hasMessage("a key of set ports has 12 bytes: 0a000001 does not fit");
        assertThatThrownBy(() -> ipDaddr().in(PORTS)).hasMessage("a key of set ports has [4, 1, 2] bytes, not [4]");
        assertThatThrownBy(
                        () -> dnat(ipDaddr().through(NamedSet.of("m", IPV4_ADDR).to(INET_SERVICE))))
                .hasMessage("not an address, or an address and a port: [2] bytes");
        assertThatThrownBy(
                        () -> transaction.addRule(Table.ip6("x"), "y", ipDaddr().is(Data.address("10.0.0.1"))))
                .hasMessage("a rule about ip packets is of no use in a table of family ip6");
        assertThat(transaction.isEmpty()).isTrue();
    }

    @Test
    void largeTransactionsAreOne() {
        NamedSet addresses = NamedSet.of("addresses", IPV4_ADDR);
        List<Element> elements = IntStream.range(0, 20_000)
                .mapToObj(i -> Element.of(Data.of((byte) 10, (byte) 0, (byte) (i >> 8), (byte) i))
                        .commented("number " + i))
                .toList();
        Transaction transaction = new Transaction()
                .addTable(TABLE)
                .addSet(TABLE, addresses)
                .addElements(TABLE, addresses, elements)
                .addChain(TABLE, Chain.regular("many"));
        for (int i = 0; i < 2000; i++) {
            transaction.addRule(TABLE, "many", Rule.of(counter()).commented("rule " + i));
        }
        nftables.apply(transaction);
        assertThat(new HashSet<>(nftables.elements(TABLE, addresses))).isEqualTo(new HashSet<>(elements));
        assertThat(nftables.rules(TABLE, "many")).hasSize(2000);
        Transaction wrong = new Transaction();
        for (int i = 0; i < 2000; i++) {
            wrong.deleteRule(TABLE, "many", 1_000_000 + i);
        }
        assertThatThrownBy(() -> nftables.apply(wrong))
                .satisfies(e -> assertThat(e.getSuppressed()).hasSize(1999));
    }

    @Test
    void replacingATableIsOneStep() {
        nftables.apply(new Transaction().replaceTable(TABLE).addChain(TABLE, Chain.regular("old")));
        nftables.apply(new Transaction()
                .replaceTable(TABLE)
                .addSet(TABLE, PORTS)
                .addChain(TABLE, Chain.nat("before", Hook.PREROUTING, Chain.DSTNAT))
                .addRule(
                        TABLE,
                        "before",
                        dnat(concat(ipDaddr(), l4proto(), dport()).through(PORTS))));
        assertThat(nftables.chains(TABLE)).extracting(ListedChain::name).containsExactly("before");
    }
}
