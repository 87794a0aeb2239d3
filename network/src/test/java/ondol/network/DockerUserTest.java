package ondol.network;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import ondol.linux.KernelException;
import ondol.linux.Namespaced;
import ondol.linux.netlink.Links;
import ondol.linux.netlink.NetlinkSocket;
import ondol.linux.netlink.NewLink;
import ondol.linux.nftables.Nftables;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A machine with the rules that Docker's engine 26 makes, by the real iptables: outside, two containers of ours at one
 * bridge, one of Docker's, which has published port 80, at its.
 */
class DockerUserTest {
    private static final long PATIENCE = 10_000_000_000L;
    private static final Firewall.Network OURS =
            new Firewall.Network("ondol0", List.of(Subnet.parse("10.9.0.0/24")), List.of(), false);
    private static final List<String> RULES = List.of(
            "-N ONDOL",
            "-A DOCKER-USER -m comment --comment ondol -j ONDOL",
            "-A ONDOL -o ondol0 -m comment --comment \"ondol: to ondol0, accept\" -j ACCEPT",
            "-A ONDOL -i ondol0 -m comment --comment \"ondol: from ondol0, jump DOCKER\" -j DOCKER",
            "-A ONDOL -i ondol0 -m comment --comment \"ondol: from ondol0, jump DOCKER-ISOLATION-STAGE-2\" -j DOCKER-ISOLATION-STAGE-2",
            "-A ONDOL -i ondol0 -m comment --comment \"ondol: from ondol0, accept\" -j ACCEPT");

    private TestMachine machine;
    private int outside;
    private int host;
    private int one;
    private int two;
    private DockerUser user;

    @BeforeEach
    void build() throws Exception {
        TestMachine.assumeProgram("iptables-nft", "iptables");
        machine = new TestMachine();
        outside = machine.namespace();
        host = machine.namespace();
        Optional<KernelException> refusal = Namespaced.call(host, Nftables::refusal);
        assumeTrue(refusal.isEmpty(), "needs nf_tables");
        one = machine.namespace();
        two = machine.namespace();
        int dockers = machine.namespace();
        machine.wire(host, "eth0", "192.0.2.1/24", outside, "eth0", "192.0.2.2/24");
        machine.wire(host, "docker0", "172.17.0.1/24", dockers, "eth0", "172.17.0.2/24");
        bridge();
        machine.gateway(one, "eth0", "10.9.0.1");
        machine.gateway(outside, "eth0", "192.0.2.1");
        machine.gateway(dockers, "eth0", "172.17.0.1");
        machine.set(host, "net/ipv4/ip_forward", "1");
        machine.listen(outside, "192.0.2.2", 80);
        machine.listen(dockers, "172.17.0.2", 80);
        machine.listen(dockers, "172.17.0.2", 81);
        machine.listen(two, "10.9.0.3", 80);
        user = Namespaced.call(host, () -> DockerUser.open("ondol"));
    }

    private void bridge() {
        try (NetlinkSocket socket = NetlinkSocket.inNamespace(host)) {
            new Links(socket).add(NewLink.bridge("ondol0").asUp());
            int bridge = new Links(socket).get("ondol0").index();
            new ondol.linux.netlink.Addresses(socket).add(bridge, ondol.linux.netlink.Prefix.parse("10.9.0.1/24"));
            for (int[] container : new int[][] {{one, 2}, {two, 3}}) {
                NewLink far = NewLink.end("eth0").inNamespace(container[0]);
                new Links(socket)
                        .add(NewLink.veth("ve" + container[1], far)
                                .withMaster(bridge)
                                .asUp());
                try (NetlinkSocket inside = NetlinkSocket.inNamespace(container[0])) {
                    int index = new Links(inside).get("eth0").index();
                    new Links(inside).up(index);
                    new ondol.linux.netlink.Addresses(inside)
                            .add(index, ondol.linux.netlink.Prefix.parse("10.9.0." + container[1] + "/24"));
                }
            }
        }
    }

    @AfterEach
    void close() throws Exception {
        if (user != null) {
            user.close();
        }
        if (machine != null) {
            machine.close();
        }
    }

    private String iptables(String words) throws Exception {
        return machine.run(host, ("iptables-nft " + words).split(" "));
    }

    /** As Docker's engine makes them when it starts, with a container that has published port 80. */
    private void docker() throws Exception {
        String rules = """
                -N DOCKER
                -N DOCKER-ISOLATION-STAGE-1
                -N DOCKER-ISOLATION-STAGE-2
                -N DOCKER-USER
                -A DOCKER-USER -j RETURN
                -P FORWARD DROP
                -A FORWARD -j DOCKER-USER
                -A FORWARD -j DOCKER-ISOLATION-STAGE-1
                -A FORWARD -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
                -A FORWARD -o docker0 -j DOCKER
                -A FORWARD -i docker0 ! -o docker0 -j ACCEPT
                -A FORWARD -i docker0 -o docker0 -j ACCEPT
                -A DOCKER -d 172.17.0.2/32 ! -i docker0 -o docker0 -p tcp -m tcp --dport 80 -j ACCEPT
                -A DOCKER-ISOLATION-STAGE-1 -i docker0 ! -o docker0 -j DOCKER-ISOLATION-STAGE-2
                -A DOCKER-ISOLATION-STAGE-1 -j RETURN
                -A DOCKER-ISOLATION-STAGE-2 -o docker0 -j DROP
                -A DOCKER-ISOLATION-STAGE-2 -j RETURN""";
        for (String rule : rules.split("\n")) {
            assertThat(iptables(rule)).isEmpty();
        }
    }

    private String shown() throws Exception {
        return iptables("-S");
    }

    /** What iptables shows of ours, in its order. */
    private List<String> ours() throws Exception {
        return shown().lines().filter(line -> line.contains("ONDOL")).toList();
    }

    private void await(List<String> rules) throws Exception {
        long end = System.nanoTime() + PATIENCE;
        while (!ours().equals(rules) && System.nanoTime() < end) {
            Thread.sleep(20);
        }
        assertThat(ours()).isEqualTo(rules);
    }

    private void update(Firewall.Network... networks) throws Exception {
        Namespaced.call(host, () -> {
            user.update(List.of(networks));
            return true;
        });
    }

    @Test
    void whatIsOursPassesAndNothingElseChanges() throws Exception {
        docker();
        String before = shown();
        assertThat(machine.reaches(one, "192.0.2.2", 80, 250)).isEqualTo("no");
        update(OURS);
        assertThat(ours()).isEqualTo(RULES);
        assertThat(user.passed()).containsExactly("ip filter FORWARD");
        assertThat(machine.reaches(one, "192.0.2.2", 80)).as("to outside").isEqualTo("yes");
        assertThat(machine.reaches(one, "10.9.0.3", 80)).as("within the bridge").isEqualTo("yes");
        assertThat(machine.reaches(outside, "10.9.0.2", 9)).as("from outside").isEqualTo("refused");
        assertThat(machine.reaches(one, "172.17.0.2", 80))
                .as("what Docker published")
                .isEqualTo("yes");
        assertThat(machine.reaches(one, "172.17.0.2", 81, 250))
                .as("what it did not")
                .isEqualTo("no");
        assertThat(shown().lines().filter(line -> !line.contains("ONDOL")).collect(joining("\n", "", "\n")))
                .isEqualTo(before);
        update();
        assertThat(shown()).isEqualTo(before);
        assertThat(user.passed()).isEmpty();
    }

    @Test
    void theBridgesOwnTrafficPassesWhereItIsFiltered() throws Exception {
        String calls = machine.run(host, "cat", "/proc/sys/net/bridge/bridge-nf-call-iptables");
        assumeTrue(calls.strip().equals("1"), "needs a kernel that filters what passes within bridges (br_netfilter)");
        docker();
        assertThat(machine.reaches(one, "10.9.0.3", 80, 250)).isEqualTo("no");
        update(new Firewall.Network("ondol0", OURS.subnets(), List.of(), true));
        assertThat(machine.reaches(one, "10.9.0.3", 80)).isEqualTo("yes");
        assertThat(machine.reaches(one, "192.0.2.2", 80, 250))
                .as("a closed network")
                .isEqualTo("no");
    }

    @Test
    void anotherEngineFindsWhatIsThereAndWhatIsLeftCanBeRemoved() throws Exception {
        docker();
        String before = shown();
        update(OURS);
        user.close();
        user = Namespaced.call(host, () -> DockerUser.open("ondol"));
        String there = iptables("-S -v");
        update(OURS);
        assertThat(ours()).isEqualTo(RULES);
        assertThat(there).as("counters go on").isNotEmpty();
        user.close();
        try (Nftables nftables = Nftables.inNamespace(host)) {
            assertThat(DockerUser.all(nftables)).containsOnlyKeys("ondol");
            DockerUser.remove(nftables, "ondol");
        }
        assertThat(shown()).isEqualTo(before);
    }

    @Test
    void whatOthersDenyIsDenied() throws Exception {
        docker();
        iptables("-I DOCKER-USER -d 192.0.2.2 -j DROP");
        update(OURS);
        assertThat(machine.reaches(one, "192.0.2.2", 80, 250)).isEqualTo("no");
        iptables("-D DOCKER-USER -d 192.0.2.2 -j DROP");
        assertThat(machine.reaches(one, "192.0.2.2", 80)).isEqualTo("yes");
    }

    @Test
    void changesAreFollowed() throws Exception {
        update(OURS);
        assertThat(ours()).as("without Docker").isEmpty();
        docker();
        await(RULES);
        iptables("-F DOCKER-USER");
        await(RULES);
        iptables("-P FORWARD ACCEPT");
        await(List.of());
        iptables("-P FORWARD DROP");
        await(RULES);
        assertThat(Set.copyOf(ours())).hasSize(RULES.size());
    }
}
