package ondol.network.dns;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import ondol.linux.Namespaced;
import ondol.network.TestMachine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Section;

/** What is handed on: to real resolvers and to lying ones, in a namespace that plays the host. */
class ForwardingTest {
    private final NameTable names = new NameTable();
    private final List<AutoCloseable> resolvers = new ArrayList<>();
    private final List<String> heard = new CopyOnWriteArrayList<>();
    private final ForwardRules rules = new ForwardRules() {
        @Override
        public boolean mayAsk(String container, String name) {
            return !name.startsWith("forbidden");
        }

        @Override
        public void answered(String container, String name, List<InetAddress> addresses, Duration ttl) {
            if (name.startsWith("unheard")) {
                throw new IllegalStateException("cannot be kept");
            }
            heard.add(container + " " + name + " " + addresses + " " + ttl.toSeconds());
        }
    };

    @TempDir
    Path folder;

    private TestMachine machine;
    private DnsServer server;
    private int host;
    private int container;

    @BeforeEach
    void start() throws Exception {
        TestMachine.assumeProgram("dig", "bind9-dnsutils");
        machine = new TestMachine();
        host = machine.namespace();
        container = machine.namespace();
        Path file = folder.resolve("resolv.conf");
        server = Namespaced.call(host, () -> DnsServer.open(names, rules, file));
    }

    @AfterEach
    void stop() throws Exception {
        if (server != null) {
            server.close();
        }
        for (AutoCloseable one : resolvers) {
            one.close();
        }
        if (machine != null) {
            machine.close();
        }
    }

    private LittleResolver resolver(String address, LittleResolver.Behaviour behaviour) throws Exception {
        LittleResolver made = new LittleResolver(host, address, behaviour);
        resolvers.add(made);
        return made;
    }

    private void attach(String... addresses) {
        server.attach(
                "c",
                container,
                Upstreams.of(
                        Arrays.stream(addresses).map(InetAddress::ofLiteral).toList()));
    }

    private String dig(String... words) throws Exception {
        return machine.run(
                container,
                Stream.concat(Stream.of("dig", "@127.0.0.11", "+tries=1", "+time=9"), Stream.of(words))
                        .toArray(String[]::new));
    }

    private static List<byte[]> saying(Message answer) {
        return List.of(answer.toWire());
    }

    @Test
    void aRealResolverIsAskedByUdpAndTcp() throws Exception {
        TestMachine.assumeProgram("dnsmasq", "dnsmasq-base");
        String records = folder.resolve("hosts").toString();
        Files.writeString(Path.of(records), "192.0.2.7 seven.example\n2001:db8::7 seven.example\n");
        machine.start(
                host,
                "dnsmasq",
                "--keep-in-foreground",
                "--conf-file=/dev/null",
                "--no-resolv",
                "--no-hosts",
                "--addn-hosts=" + records,
                "--listen-address=127.0.0.3",
                "--bind-interfaces",
                "--user=root",
                "--pid-file=",
                "--local=/example/");
        Files.writeString(
                folder.resolve("resolv.conf"), "# the host's\nsearch x\nnameserver nonsense\nnameserver 127.0.0.3\n");
        server.attach("c", container, Upstreams.ofHost());
        for (int i = 0; i < 50 && !dig("+short", "seven.example", "A").equals("192.0.2.7\n"); i++) {
            Thread.sleep(100);
        }
        assertThat(dig("+short", "seven.example", "A")).isEqualTo("192.0.2.7\n");
        assertThat(dig("+short", "+tcp", "seven.example", "AAAA")).isEqualTo("2001:db8::7\n");
        assertThat(dig("+short", "-x", "192.0.2.7")).isEqualTo("seven.example.\n");
        assertThat(dig("none.example", "A")).contains("status: NXDOMAIN");
        assertThat(dig("seven.example", "MX")).contains("status: NOERROR", "ANSWER: 0");
        assertThat(heard).contains("c seven.example [/192.0.2.7] 0");
    }

    @Test
    void theHostsFileIsReadAgain() throws Exception {
        resolver("127.0.0.3", (question, tcp) -> saying(LittleResolver.answer(question, "192.0.2.3")));
        resolver("127.0.0.4", (question, tcp) -> saying(LittleResolver.answer(question, "192.0.2.4")));
        server.attach("c", container, Upstreams.ofHost());
        assertThat(dig("a.example", "A")).contains("status: SERVFAIL");
        for (int i : List.of(3, 4)) {
            Files.writeString(folder.resolve("resolv.conf"), "nameserver 127.0.0." + i + "\n");
            String said = "";
            for (int tries = 0; tries < 30 && !said.equals("192.0.2." + i + "\n"); tries++) {
                Thread.sleep(100);
                said = dig("+short", "a.example", "A");
            }
            assertThat(said).isEqualTo("192.0.2." + i + "\n");
        }
    }

    @Test
    void whatIsCutIsAskedForAgainByTcp() throws Exception {
        String[] many = new String[300];
        Arrays.setAll(many, i -> "192.0.2." + (i % 250) + "");
        resolver("127.0.0.3", (question, tcp) -> {
            Message answer = LittleResolver.answer(question, tcp ? many : new String[] {"192.0.2.1"});
            if (!tcp) {
                answer.getHeader().setFlag(Flags.TC);
            }
            return saying(answer);
        });
        attach("127.0.0.3");
        assertThat(dig("+ignore", "big.example", "A")).contains("flags: qr tc");
        assertThat(dig("+short", "big.example", "A").lines().count()).isGreaterThan(200);
    }

    @Test
    void anAnswerThatIsTooLongForTheClientIsCut() throws Exception {
        String[] many = new String[100];
        Arrays.setAll(many, i -> "192.0.2." + i);
        resolver("127.0.0.3", (question, tcp) -> saying(LittleResolver.answer(question, many)));
        attach("127.0.0.3");
        assertThat(dig("+ignore", "+noedns", "big.example", "A"))
                .contains("tc", "ANSWER: 0")
                .doesNotContain("malformed");
        assertThat(dig("+short", "+noedns", "big.example", "A").lines()).hasSize(100);
    }

    @Test
    void theNextResolverIsAskedWhereOneIsGoneOrSilentOrBroken() throws Exception {
        LittleResolver silent = resolver("127.0.0.5", (question, tcp) -> List.of());
        LittleResolver broken = resolver("127.0.0.6", (question, tcp) -> {
            Message answer = LittleResolver.answer(question);
            answer.getHeader().setRcode(Rcode.SERVFAIL);
            return saying(answer);
        });
        resolver("127.0.0.7", (question, tcp) -> saying(LittleResolver.answer(question, "192.0.2.7")));
        attach("127.0.0.4", "127.0.0.6", "127.0.0.7"); // nobody is at the first
        long begun = System.nanoTime();
        assertThat(dig("+short", "a.example", "A")).isEqualTo("192.0.2.7\n");
        assertThat(dig("+short", "+tcp", "a.example", "A")).isEqualTo("192.0.2.7\n");
        assertThat(seconds(begun)).isLessThan(3.0);
        assertThat(broken.asked).hasPositiveValue();

        int second = container = machine.namespace();
        server.attach(
                "d",
                second,
                Upstreams.of(List.of(InetAddress.ofLiteral("127.0.0.5"), InetAddress.ofLiteral("127.0.0.7"))));
        assertThat(dig("+short", "a.example", "A")).isEqualTo("192.0.2.7\n");
        assertThat(silent.asked).hasValue(1);
        begun = System.nanoTime();
        for (int i = 0; i < 5; i++) {
            assertThat(dig("+short", "a.example", "A")).isEqualTo("192.0.2.7\n");
        }
        assertThat(seconds(begun)).as("the silent one is asked last").isLessThan(3.0);
    }

    private static double seconds(long begun) {
        return (System.nanoTime() - begun) / 1e9;
    }

    @Test
    void whereNobodyAnswersThatIsSaidInTime() throws Exception {
        resolver("127.0.0.5", (question, tcp) -> List.of());
        attach("127.0.0.5");
        long begun = System.nanoTime();
        assertThat(dig("a.example", "A")).contains("status: SERVFAIL");
        assertThat(seconds(begun)).isBetween(3.0, 20.0);
        begun = System.nanoTime();
        machine.namespace();
        container = machine.namespace();
        server.attach("d", container, Upstreams.of(List.of(InetAddress.ofLiteral("127.0.0.9"))));
        assertThat(dig("a.example", "A")).contains("status: SERVFAIL");
        assertThat(dig("+tcp", "a.example", "A")).contains("status: SERVFAIL");
        assertThat(seconds(begun)).isLessThan(3.0);
    }

    @Test
    void forgedAnswersDoNotCount() throws Exception {
        resolver("127.0.0.3", (question, tcp) -> {
            byte[] otherId = LittleResolver.answer(question, "203.0.113.1").toWire();
            Wire.id(otherId, Wire.id(otherId) + 1);
            Message otherName = LittleResolver.answer(
                    Message.newQuery(org.xbill.DNS.Record.newRecord(
                            Name.fromString("b.example."),
                            question.getQuestion().getType(),
                            DClass.IN)),
                    "203.0.113.2");
            otherName.getHeader().setID(question.getHeader().getID());
            Message noAnswer = LittleResolver.answer(question, "203.0.113.3");
            noAnswer.getHeader().unsetFlag(Flags.QR);
            return List.of(
                    otherId,
                    otherName.toWire(),
                    noAnswer.toWire(),
                    new byte[3],
                    new byte[5000],
                    LittleResolver.answer(question, "192.0.2.1").toWire());
        });
        attach("127.0.0.3");
        assertThat(dig("+short", "a.example", "A")).isEqualTo("192.0.2.1\n");
    }

    @Test
    void eachQuestionHasANumberAndAPortOfItsOwn() throws Exception {
        List<Integer> ids = new CopyOnWriteArrayList<>();
        resolver("127.0.0.3", (question, tcp) -> {
            ids.add(question.getHeader().getID());
            return saying(LittleResolver.answer(question, "192.0.2.1"));
        });
        attach("127.0.0.3");
        for (int i = 0; i < 10; i++) {
            assertThat(dig("+qid=77", "a.example", "A")).contains("id: 77");
        }
        assertThat(ids.stream().distinct().count()).isGreaterThan(8);
    }

    @Test
    void rulesHearAnswersFirstAndForbidNames() throws Exception {
        resolver("127.0.0.3", (question, tcp) -> {
            Message answer = LittleResolver.answer(question);
            Name alias = Name.fromString("edge.example.net.");
            answer.addRecord(new CNAMERecord(question.getQuestion().getName(), DClass.IN, 60, alias), Section.ANSWER);
            answer.addRecord(
                    new org.xbill.DNS.ARecord(alias, DClass.IN, 30, InetAddress.ofLiteral("192.0.2.1")),
                    Section.ANSWER);
            answer.addRecord(
                    new org.xbill.DNS.ARecord(
                            Name.fromString("evil.example."), DClass.IN, 30, InetAddress.ofLiteral("203.0.113.9")),
                    Section.ANSWER);
            return saying(answer);
        });
        attach("127.0.0.3");
        assertThat(dig("+short", "Api.Example", "A")).contains("192.0.2.1");
        assertThat(heard).containsExactly("c api.example [/192.0.2.1] 30");
        assertThat(dig("forbidden.example", "A")).contains("status: NXDOMAIN");
        assertThat(dig("unheard.example", "A")).contains("status: SERVFAIL", "ANSWER: 0");
    }

    @Test
    void oneContainerCannotTakeAllThereIs() throws Exception {
        LittleResolver silent = resolver("127.0.0.5", (question, tcp) -> List.of());
        attach("127.0.0.5");
        byte[] question = Message.newQuery(org.xbill.DNS.Record.newRecord(Name.fromString("a.example."), 1, DClass.IN))
                .toWire();
        try (DatagramSocket socket = Namespaced.call(container, () -> new DatagramSocket())) {
            socket.setSoTimeout(1000);
            int refused = 0;
            for (int i = 0; i < 300; i++) {
                socket.send(new DatagramPacket(question, question.length, DnsServer.ADDRESS, 53));
                if (i % 30 == 0) {
                    Thread.sleep(20); // more at once would not all fit into the socket
                }
            }
            for (int i = 0; i < 172; i++) {
                DatagramPacket answer = new DatagramPacket(new byte[600], 600);
                socket.receive(answer);
                refused += Wire.rcode(answer.getData()) == Rcode.SERVFAIL ? 1 : 0;
            }
            assertThat(refused).isEqualTo(172);
        }
        assertThat(silent.asked.get()).isLessThanOrEqualTo(128);
    }

    @Test
    void aScopeThatIsClosedDropsWhatIsOnItsWay() throws Exception {
        resolver("127.0.0.5", (question, tcp) -> List.of());
        Scope scope = server.attach("c", container, Upstreams.of(List.of(InetAddress.ofLiteral("127.0.0.5"))));
        Process asking = machine.start(container, "dig", "@127.0.0.11", "+tries=1", "+time=1", "a.example");
        Thread.sleep(500);
        scope.close();
        assertThat(asking.waitFor()).isNotZero();
        assertThat(scope.exchanges()).isEmpty();
    }

    @Test
    void aContainerWithoutResolversKnowsOnlyItsOwn() throws Exception {
        LittleResolver other =
                resolver("127.0.0.3", (question, tcp) -> saying(LittleResolver.answer(question, "192.0.2.1")));
        Scope scope = server.attach("c", container, Upstreams.none());
        assertThat(dig("a.example", "A")).contains("status: NXDOMAIN");
        assertThat(other.asked).hasValue(0);
        scope.upstreams(Upstreams.of(List.of(InetAddress.ofLiteral("127.0.0.3"))));
        assertThat(dig("+short", "a.example", "A")).isEqualTo("192.0.2.1\n");
    }
}
