package ondol.network.egress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import ondol.linux.Namespaced;
import ondol.linux.nftables.Nftables;
import ondol.linux.nftables.Table;
import ondol.network.TestMachine;
import ondol.network.dns.DnsServer;
import ondol.network.dns.Endpoint;
import ondol.network.dns.NameTable;
import ondol.network.dns.Upstreams;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Namespaces play a container, the machine it is on, and others outside. */
class EgressWallsTest {
    private static final String ID = "0123456789abcdef";
    private static final List<InetAddress> ADDRESSES =
            List.of(InetAddress.ofLiteral("10.9.0.2"), InetAddress.ofLiteral("fd09::2"));

    private TestMachine machine;
    private int host;
    private int container;
    private EgressWalls walls;

    @BeforeEach
    void build() throws Exception {
        machine = new TestMachine();
        host = machine.namespace();
        container = machine.namespace();
        int outside = machine.namespace();
        machine.wire(host, "inside0", "10.9.0.1/24", container, "eth0", "10.9.0.2/24");
        machine.gateway(container, "eth0", "10.9.0.1");
        machine.wire(host, "eth0", "192.0.2.1/24", outside, "eth0", "192.0.2.2/24");
        machine.gateway(outside, "eth0", "192.0.2.1");
        machine.set(host, "net/ipv4/ip_forward", "1");
        for (int port : new int[] {80, 443}) {
            machine.listen(outside, "192.0.2.2", port);
        }
        machine.listen(host, "10.9.0.1", 80);
        walls = open();
        assumeTrue(walls.possible(), "needs nf_tables");
        walls.settle();
    }

    private EgressWalls open() throws Exception {
        return Namespaced.call(host, () -> EgressWalls.open("ondol-test"));
    }

    @AfterEach
    void end() throws Exception {
        if (walls != null) {
            walls.close();
        }
        if (machine != null) {
            machine.close();
        }
    }

    private void wall(String... words) {
        walls.container(ID, policy(words), ADDRESSES, Set.of("inside0"));
    }

    private static @Nullable EgressPolicy policy(String... words) {
        return EgressPolicy.parse(List.of(words)).orElse(null);
    }

    /** Whether 192.0.2.2:80, 192.0.2.2:443 and the machine are reached. */
    private void reached(String first, String second, String gateway) throws Exception {
        assertThat(machine.reaches(container, "192.0.2.2", 80)).as("port 80").isEqualTo(first);
        assertThat(machine.reaches(container, "192.0.2.2", 443)).as("port 443").isEqualTo(second);
        assertThat(machine.reaches(container, "10.9.0.1", 80)).as("the machine").isEqualTo(gateway);
    }

    private List<Table> tables() {
        try (Nftables nftables = Nftables.inNamespace(host)) {
            return nftables.tables();
        }
    }

    @Test
    void aWallIsPutUpChangedAndTakenDownLive() throws Exception {
        reached("yes", "yes", "yes");
        assertThat(tables()).isEmpty();
        wall("deny");
        reached("refused", "refused", "refused");
        wall("allow=192.0.2.2:443");
        reached("refused", "yes", "refused");
        wall("allow=192.0.2.0/24:79-81", "allow=10.9.0.1");
        reached("yes", "refused", "yes");
        wall("allow=192.0.0.0/16");
        reached("yes", "yes", "refused");
        wall("any");
        reached("yes", "yes", "yes");
        assertThat(tables()).isEmpty();
    }

    @Test
    void theWallOfANetworkCountsAsWell() throws Exception {
        walls.network("inside0", policy("allow=192.0.2.2"));
        reached("yes", "yes", "refused");
        wall("allow=192.0.2.2:80,10.9.0.1");
        reached("yes", "refused", "refused");
        walls.network("inside0", null);
        reached("yes", "refused", "yes");
        walls.remove(ID);
        reached("yes", "yes", "yes");
    }

    @Test
    void aNameIsReachedOnceItIsAnswered() throws Exception {
        wall("allow=api.example:443");
        assertThat(walls.mayAsk(ID, "api.example")).isTrue();
        assertThat(walls.mayAsk(ID, "other.example")).isFalse();
        assertThat(walls.mayAsk("another", "other.example")).isTrue();
        reached("refused", "refused", "refused");
        walls.answered(ID, "api.example", List.of(InetAddress.ofLiteral("192.0.2.2")), Duration.ofSeconds(5));
        walls.answered(ID, "api.example", List.of(InetAddress.ofLiteral("192.0.2.2")), Duration.ofSeconds(90));
        walls.answered("another", "api.example", List.of(InetAddress.ofLiteral("10.9.0.1")), Duration.ofSeconds(5));
        reached("refused", "yes", "refused");
    }

    @Test
    void whatAnEarlierEngineLearnedIsKept() throws Exception {
        wall("allow=api.example");
        walls.answered(ID, "api.example", List.of(InetAddress.ofLiteral("192.0.2.2")), Duration.ofSeconds(90));
        walls.close();
        reached("yes", "yes", "refused");
        walls = open();
        wall("allow=api.example");
        reached("yes", "yes", "refused");
        walls.settle();
        reached("yes", "yes", "refused");
        walls.remove(ID);
        assertThat(tables()).isEmpty();
    }

    @Test
    void whatSomebodyDeletedIsMadeAnew() throws Exception {
        wall("deny");
        try (Nftables nftables = Nftables.inNamespace(host)) {
            nftables.apply(new ondol.linux.nftables.Transaction().deleteTable(Table.inet("ondol-test-egress")));
        }
        wall("allow=192.0.2.2:443");
        reached("refused", "yes", "refused");
    }

    @Test
    void aProgramLooksUpANameAndReachesItAtOnce() throws Exception {
        TestMachine.assumeProgram("dnsmasq", "dnsmasq-base");
        TestMachine.assumeProgram("busybox", "busybox-static");
        machine.start(
                host,
                "dnsmasq",
                "--keep-in-foreground",
                "--conf-file=/dev/null",
                "--no-resolv",
                "--no-hosts",
                "--address=/api.example/192.0.2.2",
                "--address=/other.example/192.0.2.2",
                "--listen-address=127.0.0.3",
                "--bind-interfaces",
                "--user=root",
                "--pid-file=");
        walls.settle();
        wall("allow=api.example:80");
        NameTable names = new NameTable();
        names.set(List.of(new Endpoint("n", ID, List.of("me"), ADDRESSES, Map.of())));
        try (DnsServer server = Namespaced.call(host, () -> DnsServer.open(names, walls))) {
            server.attach(ID, container, Upstreams.of(List.of(InetAddress.ofLiteral("127.0.0.3"))));
            String said = "";
            for (int i = 0; i < 50 && !said.contains("192.0.2.2"); i++) {
                said = machine.run(container, "busybox", "nslookup", "api.example", "127.0.0.11");
                Thread.sleep(100);
            }
            assertThat(said).contains("192.0.2.2");
            reached("yes", "refused", "refused");
            assertThat(machine.run(container, "busybox", "nslookup", "other.example", "127.0.0.11"))
                    .contains("NXDOMAIN");
        }
    }
}
