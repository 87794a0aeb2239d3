package ondol.network.dns;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Header;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Opcode;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** Messages as nobody should send them. */
class ResponderTest {
    private static final Responder.View VIEW = new Responder.View() {
        @Override
        public Optional<List<InetAddress>> addresses(String name) {
            return name.equals("db") ? Optional.of(List.of(InetAddress.ofLiteral("10.1.0.3"))) : Optional.empty();
        }

        @Override
        public Optional<String> name(InetAddress address) {
            return Optional.of("db.shop");
        }

        @Override
        public Responder.Unknown unknown(String name) {
            return Responder.Unknown.HAND_ON;
        }
    };

    private final Responder responder = new Responder();

    private static Message question(String name, int type) throws IOException {
        return Message.newQuery(Record.newRecord(Name.fromString(name), type, DClass.IN));
    }

    private Reply reply(byte[] message) {
        return responder.reply(VIEW, message, false);
    }

    private int rcode(byte[] message) throws IOException {
        byte[] answer = ((Reply.Answer) reply(message)).message();
        Header header = new Message(answer).getHeader();
        assertThat(header.getFlag(Flags.QR)).isTrue();
        assertThat(header.getID()).isEqualTo(Wire.id(message));
        return header.getRcode();
    }

    @Test
    void whatIsNoQuestionGetsNoAnswer() throws IOException {
        assertThat(reply(new byte[0])).isEqualTo(new Reply.Nothing());
        assertThat(reply(new byte[11])).isEqualTo(new Reply.Nothing());
        Message response = question("db.", Type.A);
        response.getHeader().setFlag(Flags.QR);
        assertThat(reply(response.toWire())).isEqualTo(new Reply.Nothing());
    }

    @Test
    void whatIsNotUnderstoodIsRefusedWithTheReason() throws IOException {
        Message update = question("db.", Type.A);
        update.getHeader().setOpcode(Opcode.UPDATE);
        assertThat(rcode(update.toWire())).isEqualTo(Rcode.NOTIMP);

        Message two = question("db.", Type.A);
        two.addRecord(two.getQuestion(), Section.QUESTION);
        assertThat(rcode(two.toWire())).isEqualTo(Rcode.FORMERR);
        byte[] many = question("db.", Type.A).toWire();
        many[4] = (byte) 0xff;
        many[5] = (byte) 0xff;
        assertThat(rcode(many)).isEqualTo(Rcode.FORMERR);
        byte[] none = question("db.", Type.A).toWire();
        none[5] = 0;
        assertThat(rcode(none)).isEqualTo(Rcode.FORMERR);

        byte[] whole = question("db.", Type.A).toWire();
        for (int length = Wire.HEADER; length < whole.length; length++) {
            assertThat(rcode(Arrays.copyOf(whole, length))).isEqualTo(Rcode.FORMERR);
        }
        assertThat(rcode(question("db.", Type.AXFR).toWire())).isEqualTo(Rcode.REFUSED);
        assertThat(rcode(Message.newQuery(Record.newRecord(Name.fromString("version.bind."), Type.TXT, DClass.CH))
                        .toWire()))
                .isEqualTo(Rcode.REFUSED);
    }

    @Test
    void aNameThatPointsAtItselfIsRefused() throws IOException {
        for (int target : new int[] {0, 4, Wire.HEADER, Wire.HEADER + 2, 400}) {
            byte[] loop = new byte[Wire.HEADER + 6];
            loop[5] = 1;
            loop[Wire.HEADER] = (byte) (0xc0 | target >> 8);
            loop[Wire.HEADER + 1] = (byte) target;
            loop[Wire.HEADER + 3] = 1;
            loop[Wire.HEADER + 5] = 1;
            assertThat(rcode(loop)).isEqualTo(Rcode.FORMERR);
        }
    }

    @Test
    void aNewerEdnsIsToldWhichOneThereIs() throws IOException {
        Message question = question("db.", Type.A);
        question.addRecord(new OPTRecord(1232, 0, 1), Section.ADDITIONAL);
        Message answer = new Message(((Reply.Answer) reply(question.toWire())).message());
        assertThat(answer.getRcode()).isEqualTo(Rcode.BADVERS);
    }

    @Test
    void theLimitIsWhatTheClientSaysWithinReason() throws IOException {
        for (int[] pair : new int[][] {{0, 512}, {100, 512}, {1232, 1232}, {65535, 4096}}) {
            Message question = question("example.org.", Type.A);
            if (pair[0] > 0) {
                question.addRecord(new OPTRecord(pair[0], 0, 0), Section.ADDITIONAL);
            }
            Reply.HandOn handOn = (Reply.HandOn) reply(question.toWire());
            assertThat(handOn.limit()).isEqualTo(pair[1]);
            assertThat(handOn.name()).isEqualTo("example.org");
        }
    }

    @Test
    void notEveryReverseNameIsAnAddress() throws IOException {
        assertThat(reply(question("3.0.1.10.in-addr.arpa.", Type.PTR).toWire())).isInstanceOf(Reply.Answer.class);
        for (String name : List.of(
                "in-addr.arpa.",
                "10.in-addr.arpa.",
                "x.y.z.w.in-addr.arpa.",
                "1.2.3.4.5.in-addr.arpa.",
                "999.0.0.1.in-addr.arpa.",
                "g.ip6.arpa.",
                "1.ip6.arpa.")) {
            assertThat(reply(question(name, Type.PTR).toWire())).as(name).isInstanceOf(Reply.HandOn.class);
        }
    }

    @Test
    void changedMessagesAreSurvived() throws IOException {
        Random random = new Random(42);
        Message rich = question("a.long.name.example.org.", Type.A);
        rich.addRecord(new OPTRecord(1232, 0, 0), Section.ADDITIONAL);
        List<byte[]> seeds = List.of(
                question("db.", Type.A).toWire(),
                rich.toWire(),
                question("3.0.1.10.in-addr.arpa.", Type.PTR).toWire());
        for (int i = 0; i < 200_000; i++) {
            byte[] message = seeds.get(i % seeds.size()).clone();
            for (int changes = 1 + random.nextInt(6); changes > 0; changes--) {
                message[random.nextInt(message.length)] = (byte) random.nextInt(256);
            }
            if (random.nextInt(4) == 0) {
                message = Arrays.copyOf(message, random.nextInt(message.length * 2));
            }
            check(message, reply(message));
        }
    }

    private static void check(byte[] message, Reply reply) throws IOException {
        switch (reply) {
            case Reply.Nothing() -> {}
            case Reply.Answer(byte[] answer) -> {
                Message read = new Message(answer);
                assertThat(read.getHeader().getID()).isEqualTo(Wire.id(message));
                assertThat(read.getHeader().getFlag(Flags.QR)).isTrue();
                assertThat(answer.length).isLessThanOrEqualTo(4096);
            }
            case Reply.HandOn handOn -> {
                assertThat(handOn.end()).isBetween(Wire.HEADER + 5, message.length);
                assertThat(handOn.limit()).isBetween(512, 4096);
            }
        }
    }
}
