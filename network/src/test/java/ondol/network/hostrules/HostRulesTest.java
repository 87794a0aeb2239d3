package ondol.network.hostrules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import ondol.linux.KernelException;
import ondol.linux.Namespaced;
import ondol.linux.nftables.Action;
import ondol.linux.nftables.Chain;
import ondol.linux.nftables.Data;
import ondol.linux.nftables.Hook;
import ondol.linux.nftables.Nftables;
import ondol.linux.nftables.Packet;
import ondol.linux.nftables.Table;
import ondol.linux.nftables.Transaction;
import ondol.network.TestMachine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Three hosts made of namespaces: outside, the machine, and a container behind it. Port 8080 of the machine is published,
 * at 8081 a program of the machine listens: whatever the machine's rules are, both are reached or neither is.
 */
class HostRulesTest {
    private static final HostRules.Port PUBLISHED = new HostRules.Port(Packet.TCP, 8080);
    /** Milliseconds within which a packet is through, where nothing drops it. */
    private static final int TRY = 250;

    private static final long PATIENCE = 10_000_000_000L;

    private static final Table PORTS = Table.inet("ondol-ports-of-the-test");

    @TempDir
    Path folder;

    private TestMachine machine;
    private int outside;
    private int host;
    private int container;
    private HostRules rules;

    @BeforeEach
    void build() throws Exception {
        machine = new TestMachine();
        outside = machine.namespace();
        host = machine.namespace();
        container = machine.namespace();
        Optional<KernelException> refusal = Namespaced.call(host, () -> {
            try {
                return Nftables.refusal();
            } catch (KernelException e) {
                return Optional.of(e);
            }
        });
        assumeTrue(refusal.isEmpty(), "needs nf_tables");
        machine.wire(host, "eth0", "192.0.2.1/24", outside, "eth0", "192.0.2.2/24");
        machine.wire(host, "inside0", "10.9.0.1/24", container, "eth0", "10.9.0.2/24");
        machine.gateway(container, "eth0", "10.9.0.1");
        machine.set(host, "net/ipv4/ip_forward", "1");
        machine.listen(container, "10.9.0.2", 80);
        machine.listen(host, "192.0.2.1", 8081);
        try (Nftables nftables = Nftables.inNamespace(host)) {
            nftables.apply(new Transaction()
                    .addTable(PORTS)
                    .addChain(PORTS, Chain.nat("before", Hook.PREROUTING, Chain.DSTNAT))
                    .addRule(
                            PORTS,
                            "before",
                            Packet.toLocalAddress(),
                            Packet.l4proto(Packet.TCP),
                            Packet.dport().is(Data.port(8080)),
                            Action.dnat(InetAddress.ofLiteral("10.9.0.2"), 80)));
        }
        rules = Namespaced.call(host, () -> HostRules.open("ondol"));
        Namespaced.call(host, () -> {
            rules.update(Set.of(PUBLISHED), Set.of("inside0"));
            return rules;
        });
    }

    @AfterEach
    void end() throws Exception {
        if (rules != null) {
            rules.close();
        }
        if (machine != null) {
            machine.close();
        }
    }

    private String shell(String script) throws Exception {
        return machine.run(host, "sh", "-c", "set -e; " + script + " 2>&1; echo done");
    }

    private void nft(String ruleset) throws Exception {
        TestMachine.assumeProgram("nft", "nftables");
        Path file = Files.writeString(
                folder.resolve("rules.nft"), ruleset.replaceAll("}\\s+(?=[}]|chain|set|counter hits)", "}\n") + "\n");
        assertThat(machine.run(host, "nft", "-f", file.toString())).isEmpty();
    }

    /** Both ports, when what was changed has been followed: at once, or within some seconds on a busy machine. */
    private void bothAre(String expected) throws Exception {
        assertThat(settled(8081, expected)).as("a program of the machine").isEqualTo(expected);
        assertThat(settled(8080, expected)).as("the published port").isEqualTo(expected);
    }

    /**
     * What a port is in the end. What is dropped is not sent again within the time of one try, and all other answers come
     * at once: so there are many tries, over some seconds.
     */
    private String settled(int port, String expected) throws Exception {
        long end = System.nanoTime() + PATIENCE;
        String found = machine.reaches(outside, "192.0.2.1", port, TRY);
        while (!found.equals(expected) && System.nanoTime() < end) {
            Thread.sleep(10);
            found = machine.reaches(outside, "192.0.2.1", port, TRY);
        }
        return found;
    }

    @Test
    void withoutRulesBothAreReached() throws Exception {
        bothAre("yes");
        assertThat(rules.warnings()).isEmpty();
    }

    @Test
    void copiesThatSomebodyDeletedAreMadeAnew() throws Exception {
        nft("table inet machine { chain in { type filter hook input priority 0; policy drop; } }");
        bothAre("no");
        try (Nftables nftables = Nftables.inNamespace(host)) {
            Transaction flush = new Transaction();
            nftables.tables().stream()
                    .filter(table -> table.name().startsWith("ondol-host-"))
                    .forEach(flush::deleteTable);
            nftables.apply(flush);
        }
        rules.update(Set.of(PUBLISHED, new HostRules.Port(Packet.TCP, 8090)), Set.of("inside0"));
        bothAre("no");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "type filter hook input priority 0; policy drop;",
                "type filter hook input priority 0; policy drop; ct state established accept; tcp dport 22 accept",
                "type filter hook input priority 0; tcp dport { 8000-8100, 443 } drop",
                "type filter hook input priority 0; tcp dport vmap { 8080 : drop, 8081 : drop, 22 : accept }",
                "type filter hook input priority 0; iifname \"eth0\" meta l4proto tcp drop",
                "type filter hook input priority 0; ip saddr 192.0.2.0/24 jump deeper\n } chain deeper { tcp dport != 22 goto deepest\n }"
                        + " chain deepest { counter drop",
                "type filter hook input priority 0; ip saddr @bad drop\n } set bad { type ipv4_addr; flags interval; elements = {"
                        + " 192.0.2.2-192.0.2.9, 198.51.100.0/24 }",
                "type filter hook input priority 0; ip saddr . tcp dport @bad drop\n } set bad { type ipv4_addr . inet_service; flags"
                        + " interval; elements = { 192.0.2.0/24 . 8080-8081 }",
                "type filter hook input priority 0; ct state new limit rate 1/day burst 1 packets log prefix \"x\" drop; fib daddr type local drop"
            })
    void whatDropsOneDropsTheOther(String chain) throws Exception {
        nft("table inet wall { chain input { %s\n } }".formatted(chain.replace("; ", ";\n ")));
        bothAre("no");
        nft("delete table inet wall");
        bothAre("yes");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "type filter hook input priority 0; policy drop; tcp dport { 8080, 8081 } accept",
                "type filter hook input priority 0; policy drop; ip saddr 192.0.2.2 accept",
                "type filter hook input priority 0; policy drop; jump more\n } chain more { tcp dport 22 drop\n tcp dport > 8000 accept",
                "type filter hook input priority 0; ip saddr != 192.0.2.2 drop",
                "type filter hook input priority 0; policy drop; ct state vmap { established : accept, new : jump fresh }\n } chain fresh { accept"
            })
    void whatAcceptsOneAcceptsTheOther(String chain) throws Exception {
        nft("table inet wall { chain input { %s\n } }".formatted(chain.replace("; ", ";\n ")));
        bothAre("yes");
    }

    @Test
    void whatRejectsOneRejectsTheOther() throws Exception {
        nft("table inet wall { chain input { type filter hook input priority 0; tcp dport 8080-8081 reject; } }");
        bothAre("refused");
        nft("flush table inet wall\n add rule inet wall input tcp dport 8080-8081 reject with tcp reset");
        bothAre("refused");
    }

    @Test
    void severalTablesMustAllAgree() throws Exception {
        nft("table inet one { chain input { type filter hook input priority -5; tcp dport > 8000 accept; } }\n"
                + "table ip two { chain INPUT { type filter hook input priority 5; tcp dport 8080-8081 drop; } }");
        bothAre("no");
    }

    @Test
    void anElementThatIsAddedLaterCounts() throws Exception {
        nft("table inet wall { set bad { type ipv4_addr; flags timeout; }\n"
                + " chain input { type filter hook input priority 0; ip saddr @bad drop; } }");
        bothAre("yes");
        nft("add element inet wall bad { 192.0.2.2 timeout 1h }");
        bothAre("no");
        nft("delete element inet wall bad { 192.0.2.2 }");
        bothAre("yes");
    }

    @Test
    void fromInsideAndFromTheMachineItIsReachedAllTheSame() throws Exception {
        nft("table inet wall { chain input { type filter hook input priority 0; policy drop; } }");
        bothAre("no");
        assertThat(machine.reaches(container, "10.9.0.1", 8080))
                .as("its answer finds no way back")
                .isEqualTo("no");
        int second = machine.namespace();
        machine.wire(host, "inside1", "10.8.0.1/24", second, "eth0", "10.8.0.2/24");
        machine.gateway(second, "eth0", "10.8.0.1");
        rules.update(Set.of(PUBLISHED), Set.of("inside0", "inside1"));
        assertThat(machine.reaches(second, "192.0.2.1", 8080)).isEqualTo("yes");
    }

    @Test
    void iptablesCounts() throws Exception {
        TestMachine.assumeProgram("iptables-nft", "iptables");
        assertThat(shell(
                        "iptables-nft -A INPUT -p tcp -m multiport --dports 8080,8081 -m comment --comment no -j DROP"))
                .endsWith("done\n");
        bothAre("no");
        assertThat(
                        shell(
                                "iptables-nft -F; iptables-nft -A INPUT -p tcp --dport 8080:8081 -m conntrack --ctstate NEW -j LOG"
                                        + " --log-prefix x; iptables-nft -A INPUT -p tcp --dport 8080:8081 -m conntrack --ctstate NEW -j REJECT"))
                .endsWith("done\n");
        bothAre("refused");
        assertThat(shell("iptables-nft -F; iptables-nft -P INPUT DROP; iptables-nft -N ok; iptables-nft -A INPUT -j ok;"
                        + " iptables-nft -A ok -p tcp -m tcp --dport 8080:8081 -m hashlimit --hashlimit-upto 1000/sec"
                        + " --hashlimit-name t -j ACCEPT"))
                .endsWith("done\n");
        bothAre("yes");
        assertThat(shell("iptables-nft -F ok")).endsWith("done\n");
        bothAre("no");
        assertThat(rules.warnings()).isEmpty();
    }

    @Test
    void ufwDenyMeansDenied() throws Exception {
        TestMachine.assumeProgram("ufw", "ufw");
        String own =
                "cp -a /etc/ufw %1$s/ufw; mount --make-rprivate /; mount --bind %1$s/ufw /etc/ufw; mount -t tmpfs t /run;"
                                .formatted(folder)
                        + " export PATH=%s:$PATH; ".formatted(iptablesByNft());
        String begin = "unshare -m sh -ec '" + own;
        assertThat(shell(begin + "ufw default deny incoming; ufw default allow routed; ufw --force enable'"))
                .contains("Firewall is active", "done\n");
        bothAre("no");
        assertThat(shell(begin.replace("cp -a /etc/ufw", "true") + "ufw allow 8080:8081/tcp'"))
                .endsWith("done\n");
        bothAre("yes");
        assertThat(shell(begin.replace("cp -a /etc/ufw", "true") + "ufw insert 1 deny from 192.0.2.2'"))
                .endsWith("done\n");
        bothAre("no");
        assertThat(rules.warnings()).isEmpty();
    }

    /** A folder whose iptables is the one on nf_tables, whatever the machine's is. */
    private Path iptablesByNft() throws Exception {
        Path bin = Files.createDirectories(folder.resolve("bin"));
        for (String name : new String[] {"iptables", "ip6tables", "iptables-restore", "ip6tables-restore"}) {
            String nft = name.replace("tables", "tables-nft");
            Files.createSymbolicLink(bin.resolve(name), Path.of("/usr/sbin", nft));
        }
        return bin;
    }

    @Test
    void whatIsNoLongerPublishedIsNoLongerGuarded() throws Exception {
        nft("table inet wall { chain input { type filter hook input priority 0; tcp dport 8080-8081 drop; } }");
        bothAre("no");
        rules.update(Set.of(new HostRules.Port(Packet.TCP, 9)), Set.of("inside0"));
        assertThat(machine.reaches(outside, "192.0.2.1", 8080)).isEqualTo("yes");
        rules.update(Set.of(PUBLISHED, new HostRules.Port(Packet.TCP, 9)), Set.of("inside0"));
        assertThat(machine.reaches(outside, "192.0.2.1", 8080)).isEqualTo("no");
        rules.update(Set.of(), Set.of("inside0"));
        try (Nftables nftables = Nftables.inNamespace(host)) {
            assertThat(nftables.tables()).extracting(Table::name).containsExactlyInAnyOrder("wall", PORTS.name());
        }
    }

    @Test
    void whatStandsThereWhenItIsOpenedAgainIsReplaced() throws Exception {
        nft("table inet wall { chain input { type filter hook input priority 0; tcp dport 8080-8081 drop; } }");
        bothAre("no");
        rules.close();
        nft("delete table inet wall");
        assertThat(machine.reaches(outside, "192.0.2.1", 8080))
                .as("nobody follows")
                .isEqualTo("no");
        rules = Namespaced.call(host, () -> HostRules.open("ondol"));
        Namespaced.call(host, () -> {
            rules.update(Set.of(PUBLISHED), Set.of("inside0"));
            return rules;
        });
        bothAre("yes");
    }

    @Test
    void aRuleThatCannotStandThereIsLeftOutAndSaid() throws Exception {
        nft("table inet wall { counter hits { }\n chain input { type filter hook input priority 0;"
                + " tcp dport 8080-8081 counter name hits\n tcp dport 8080-8081 drop; } }");
        bothAre("no");
        assertThat(rules.warnings())
                .singleElement()
                .asString()
                .contains("of chain input in table inet wall does not guard published ports", "objref");
    }
}
