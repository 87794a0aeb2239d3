package ondol.linux.nftables;

import static java.nio.charset.StandardCharsets.UTF_8;
import static ondol.linux.netlink.TestNetwork.CLIENT;
import static ondol.linux.netlink.TestNetwork.SERVER;
import static ondol.linux.nftables.Action.counter;
import static ondol.linux.nftables.Action.dnat;
import static ondol.linux.nftables.Action.limit;
import static ondol.linux.nftables.Action.masquerade;
import static ondol.linux.nftables.Action.reject;
import static ondol.linux.nftables.Action.setMark;
import static ondol.linux.nftables.Load.concat;
import static ondol.linux.nftables.Packet.ctOriginalDirection;
import static ondol.linux.nftables.Packet.ctOriginalIpDaddr;
import static ondol.linux.nftables.Packet.ctState;
import static ondol.linux.nftables.Packet.ctStatus;
import static ondol.linux.nftables.Packet.dport;
import static ondol.linux.nftables.Packet.iifname;
import static ondol.linux.nftables.Packet.ip6Daddr;
import static ondol.linux.nftables.Packet.ipDaddr;
import static ondol.linux.nftables.Packet.ipSaddr;
import static ondol.linux.nftables.Packet.l4proto;
import static ondol.linux.nftables.Packet.oifname;
import static ondol.linux.nftables.Packet.tcpDport;
import static ondol.linux.nftables.Packet.toLocalAddress;
import static ondol.linux.nftables.Packet.udpDport;
import static ondol.linux.nftables.Type.IFNAME;
import static ondol.linux.nftables.Type.INET_PROTO;
import static ondol.linux.nftables.Type.INET_SERVICE;
import static ondol.linux.nftables.Type.IPV4_ADDR;
import static ondol.linux.nftables.Type.IPV6_ADDR;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import ondol.linux.Namespaced;
import ondol.linux.TestNamespaces;
import ondol.linux.netlink.Prefix;
import ondol.linux.netlink.TestNetwork;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Beside the tools that others use, nft and iptables: they read what we write, and we read what they write. */
class InteropTest {
    private static final Table TABLE = Table.inet("ondol");

    private TestNetwork network;
    private Nftables nftables;

    @BeforeEach
    void make() throws Exception {
        TestNamespaces.assumeAllowed();
        network = new TestNetwork();
        NftablesTest.assumeFilter(network.router);
        nftables = Nftables.inNamespace(network.router.number());
        network.serve(network.server, 80);
    }

    @AfterEach
    void close() throws Exception {
        if (nftables != null) {
            nftables.close();
        }
        if (network != null) {
            network.close();
        }
    }

    /** Runs a tool on the router; its output, and its complaints as a failure of the test. */
    private String tool(String... words) throws Exception {
        assumeTrue(
                List.of("/usr/sbin/", "/usr/bin/", "/sbin/").stream()
                        .anyMatch(folder -> Files.isExecutable(Path.of(folder + words[0]))),
                words[0] + " is not installed");
        Process process = Namespaced.call(network.router.number(), () -> start(words));
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor())
                .as("%s: %s", Arrays.toString(words), output)
                .isZero();
        return output;
    }

    private static Process start(String... words) throws IOException {
        return new ProcessBuilder(words).redirectErrorStream(true).start();
    }

    @Test
    void nftReadsWhatWeWrite() throws Exception {
        NamedSet ports =
                NamedSet.of("ports", IPV4_ADDR, INET_PROTO, INET_SERVICE).to(IPV4_ADDR, INET_SERVICE);
        NamedSet ports6 = NamedSet.of("ports6", IPV6_ADDR, INET_SERVICE).to(IPV6_ADDR, INET_SERVICE);
        NamedSet denied = NamedSet.of("denied", IPV4_ADDR).withIntervals().withTimeouts();
        NamedSet walls = NamedSet.of("walls", IPV4_ADDR, INET_SERVICE).withIntervals();
        NamedSet links = NamedSet.of("links", IFNAME, Type.MARK).toVerdicts();
        NamedSet link = NamedSet.of("link", IFNAME).toVerdicts();
        nftables.apply(new Transaction()
                .addTable(TABLE)
                .addSet(TABLE, ports)
                .addSet(TABLE, ports6)
                .addSet(TABLE, denied)
                .addSet(TABLE, walls)
                .addChain(TABLE, Chain.regular("more"))
                .addSet(TABLE, links)
                .addSet(TABLE, link)
                .addElements(
                        TABLE,
                        ports,
                        Element.of(
                                        Data.concat(Data.address("192.0.2.1"), Data.protocol(6), Data.port(8080)),
                                        Data.concat(Data.address("10.7.0.2"), Data.port(80)))
                                .commented("web"))
                .addElements(
                        TABLE,
                        ports6,
                        Element.of(
                                Data.concat(Data.address("fd00::1"), Data.port(8080)),
                                Data.concat(Data.address("fd00::2"), Data.port(80))))
                .addElements(
                        TABLE,
                        denied,
                        Element.network(Prefix.parse("10.1.0.0/16")),
                        Element.of(Data.address("10.2.0.1")).expiringAfter(Duration.ofHours(2)))
                .addElements(
                        TABLE,
                        walls,
                        Element.range(
                                Data.concat(Data.address("10.0.0.0"), Data.port(80)),
                                Data.concat(Data.address("10.255.255.255"), Data.port(90))))
                .addElements(TABLE, links, Element.of(Data.concat(Data.ifname("eth0"), Data.number(7)), Verdict.ACCEPT))
                .addElements(TABLE, link, Element.of(Data.ifname("eth0"), Verdict.jump("more")))
                .addChain(TABLE, Chain.nat("before", Hook.PREROUTING, Chain.DSTNAT))
                .addRule(
                        TABLE,
                        "before",
                        toLocalAddress(),
                        dnat(concat(ipDaddr(), l4proto(), dport()).through(ports)))
                .addRule(
                        TABLE,
                        "before",
                        l4proto(6),
                        dnat(concat(ip6Daddr(), dport()).through(ports6)))
                .addRule(TABLE, "before", tcpDport().is(Data.port(81)), dnat(InetAddress.ofLiteral("10.7.0.2"), 80))
                .addChain(TABLE, Chain.nat("after", Hook.POSTROUTING, Chain.SRCNAT))
                .addRule(
                        TABLE,
                        "after",
                        Rule.of(
                                        ipSaddr().in(Prefix.parse("10.7.0.0/20")),
                                        oifname().isNot(Data.ifname("ondol0")),
                                        counter(),
                                        masquerade())
                                .commented("a bridge"))
                .addChain(TABLE, Chain.filter("between", Hook.FORWARD, -5).dropping())
                .addRule(TABLE, "between", ctState(Packet.ESTABLISHED | Packet.RELATED), Verdict.ACCEPT)
                .addRule(TABLE, "between", ctStatus(Packet.DNAT), ctOriginalDirection(), Verdict.ACCEPT)
                .addRule(TABLE, "between", ctOriginalIpDaddr().is(Data.address("192.0.2.1")), Verdict.ACCEPT)
                .addRule(TABLE, "between", ipSaddr().in(denied), reject())
                .addRule(TABLE, "between", concat(ipSaddr(), tcpDport()).in(walls), Verdict.DROP)
                .addRule(TABLE, "between", iifname().verdict(link))
                .addRule(TABLE, "between", udpDport().between(Data.port(1000), Data.port(2000)), setMark(7))
                .addRule(TABLE, "between", limit(10, Duration.ofSeconds(1), 5), Verdict.goTo("more")));

        String text = tool("nft", "list", "ruleset");
        assertThat(text.lines().map(String::strip))
                .contains(
                        "type ipv4_addr . inet_proto . inet_service : ipv4_addr . inet_service",
                        "elements = { 192.0.2.1 . tcp . 8080 comment \"web\" : 10.7.0.2 . 80 }",
                        "elements = { fd00::1 . 8080 : fd00::2 . 80 }",
                        "elements = { 10.0.0.0/8 . 80-90 }",
                        "elements = { \"eth0\" . 0x00000007 : accept }",
                        "elements = { \"eth0\" : jump more }",
                        "flags interval,timeout",
                        "type nat hook prerouting priority dstnat; policy accept;",
                        "fib daddr type local dnat ip to ip daddr . meta l4proto . th dport map @ports",
                        "dnat ip6 to ip6 daddr . tcp dport map @ports6",
                        "tcp dport 81 meta nfproto ipv4 dnat ip to 10.7.0.2:80",
                        "type nat hook postrouting priority srcnat; policy accept;",
                        "ip saddr 10.7.0.0/20 oifname != \"ondol0\" counter packets 0 bytes 0 masquerade comment \"a bridge\"",
                        "type filter hook forward priority filter - 5; policy drop;",
                        "ct state established,related accept",
                        "ct status dnat ct direction original accept",
                        "meta nfproto ipv4 ct original ip daddr 192.0.2.1 accept",
                        "ip saddr @denied reject",
                        "ip saddr . tcp dport @walls drop",
                        "iifname vmap @link",
                        "udp dport 1000-2000 meta mark set 0x00000007",
                        "limit rate 10/second goto more");
        assertThat(text).contains("10.1.0.0/16, 10.2.0.1 timeout 2h");
        assertThat(tool("nft", "-j", "list", "ruleset"))
                .contains("{\"map\": {\"family\": \"inet\", \"name\": \"ports\", \"table\": \"ondol\"");
    }

    @Test
    void weReadWhatNftWrites() throws Exception {
        tool("nft", """
                table inet foreign {
                    set networks { type ipv4_addr; flags interval; elements = { 10.0.0.0/8, 192.0.2.0-192.0.2.9 }; }
                    map doors { type ifname : verdict; elements = { "eth0" : jump more }; }
                    chain more { counter comment "hello"; }
                    chain wall { type filter hook forward priority 10; policy drop;
                        ip saddr { 10.7.0.2, 10.7.0.3 } tcp dport 80 accept
                        jump more
                    }
                }
                """);
        Table table = Table.inet("foreign");
        assertThat(nftables.tables()).contains(table);
        assertThat(nftables.chains(table))
                .extracting(ListedChain::chain)
                .containsExactlyInAnyOrder(
                        Chain.regular("more"),
                        Chain.filter("wall", Hook.FORWARD, 10).dropping());
        assertThat(nftables.rules(table, "more")).singleElement().satisfies(rule -> {
            assertThat(rule.comment()).isEqualTo("hello");
            assertThat(rule.counter()).isPresent();
        });
        assertThat(nftables.rules(table, "wall").getFirst().sets()).hasSize(1);
        assertThat(nftables.rules(table, "wall").getLast().verdicts()).containsExactly(Verdict.jump("more"));
        assertThat(nftables.elements(set(table, "networks")))
                .containsExactly(
                        Element.network(Prefix.parse("10.0.0.0/8")),
                        Element.range(Data.address("192.0.2.0"), Data.address("192.0.2.9")));
        assertThat(nftables.elements(set(table, "doors")))
                .containsExactly(Element.of(Data.ifname("eth0"), Verdict.jump("more")));
        assertThat(nftables.sets(table))
                .filteredOn(ListedSet::anonymous)
                .singleElement()
                .satisfies(one -> assertThat(nftables.elements(one)).hasSize(2));
    }

    private ListedSet set(Table table, String name) {
        return nftables.sets(table).stream()
                .filter(one -> one.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aForeignRuleIsCopied() throws Exception {
        tool("iptables-nft", "-N", "user");
        tool("iptables-nft", "-A", "INPUT", "-j", "user");
        tool("iptables-nft", "-A", "user", "-p", "tcp", "--dport", "80", "-j", "REJECT", "--reject-with", "tcp-reset");
        tool("iptables-nft", "-A", "user", "-p", "tcp", "-m", "multiport", "--dports", "81,82", "-j", "DROP");
        tool(
                "iptables-nft",
                "-A",
                "user",
                "-m",
                "conntrack",
                "--ctstate",
                "INVALID",
                "-m",
                "comment",
                "--comment",
                "bad",
                "-j",
                "DROP");
        tool(
                "iptables-nft",
                "-A",
                "user",
                "-p",
                "udp",
                "-m",
                "limit",
                "--limit",
                "3/min",
                "-s",
                "10.0.0.0/8",
                "-j",
                "LOG");
        Table theirs = Table.ip("filter");
        Table ours = Table.ip("ondol");
        assertThat(nftables.rules(theirs, "INPUT"))
                .singleElement()
                .satisfies(rule -> assertThat(rule.verdicts()).containsExactly(Verdict.jump("user")));
        List<ListedRule> rules = nftables.rules(theirs, "user");
        assertThat(rules).hasSize(4);
        assertThat(TestNetwork.ask(network.client, SERVER, 80)).isEqualTo(CLIENT.getHostAddress());

        Transaction copy = new Transaction()
                .addTable(ours)
                .addChain(ours, Chain.filter("between", Hook.FORWARD, 0))
                .addChain(ours, Chain.regular("user"))
                .addRule(ours, "between", nftables.rules(theirs, "INPUT").getFirst());
        rules.forEach(rule -> copy.addRule(ours, "user", rule));
        nftables.apply(copy);
        List<ListedRule> copies = nftables.rules(ours, "user");
        assertThat(copies.stream().skip(1).map(ListedRule::expressions))
                .containsExactlyElementsOf(
                        rules.stream().skip(1).map(ListedRule::expressions).toList());
        String shown = tool("nft", "list", "chain", "ip", "ondol", "user");
        assertThat(shown).contains("tcp dport 80", "reject with tcp reset", "limit rate 3/minute");
        assertThatThrownBy(() -> TestNetwork.ask(network.client, SERVER, 80)).isInstanceOf(ConnectException.class);
        assertThatThrownBy(() -> new Transaction().addRule(TABLE, "user", rules.getFirst()))
                .hasMessage("a rule of table ip filter does not fit into table inet ondol");
    }
}
