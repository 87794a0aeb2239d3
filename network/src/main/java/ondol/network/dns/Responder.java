package ondol.network.dns;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Opcode;
import org.xbill.DNS.PTRRecord;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.ReverseMap;
import org.xbill.DNS.Section;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;

/** Answers what the table of names knows. Messages come from whoever is in a container, and may be anything. */
final class Responder {
    /** How long others may keep an answer, in seconds: names come and go at once. */
    private static final long TTL = 1;

    /** Of names for reverse look-ups: bytes or half bytes, two that are always the same, and the root. */
    private static final int LABELS_OF_IPV4 = 4 + 3;

    private static final int LABELS_OF_IPV6 = 32 + 3;

    private static final int LONGEST_DATAGRAM = 4096;
    private static final int LONGEST_MESSAGE = 65535;

    private int turn;

    /** What becomes of a name that is not known here. */
    enum Unknown {
        /** Others may know it. */
        HAND_ON,
        /** It would be known here, so there is none. */
        NO_SUCH_NAME,
        /** It is not our business. */
        REFUSE
    }

    /** What one asker may see. */
    interface View {
        Optional<List<InetAddress>> addresses(String name);

        Optional<String> name(InetAddress address);

        /** What becomes of a name that is not known here. */
        Unknown unknown(String name);
    }

    /**
     * Decides about a message.
     *
     * @param message whatever came, at most {@link Wire#LONGEST_QUESTION} bytes
     */
    Reply reply(View view, byte[] message, boolean tcp) {
        if (message.length < Wire.HEADER || Wire.response(message)) {
            return new Reply.Nothing();
        }
        if (Wire.opcode(message) != Opcode.QUERY) {
            return refused(message, Rcode.NOTIMP);
        }
        int end = Wire.questionEnd(message);
        Message question = end < 0 || Wire.count(message, 0) != 1 || Wire.count(message, 1) + Wire.count(message, 2) > 0
                ? null
                : read(message);
        if (question == null) {
            return refused(message, Rcode.FORMERR);
        }
        OPTRecord options = question.getOPT();
        if (options != null && options.getVersion() != 0) {
            return new Reply.Answer(badVersion(question));
        }
        Record asked = question.getQuestion();
        int type = asked.getType();
        if (asked.getDClass() != DClass.IN || type == Type.AXFR || type == Type.IXFR) {
            return refused(message, Rcode.REFUSED);
        }
        int limit = Math.clamp(options == null ? 0 : options.getPayloadSize(), Wire.SMALLEST_LIMIT, LONGEST_DATAGRAM);
        return named(view, message, question, end, tcp ? LONGEST_MESSAGE : limit);
    }

    private static @Nullable Message read(byte[] message) {
        try {
            return new Message(message);
        } catch (IOException | RuntimeException e) {
            return null;
        }
    }

    private static Reply refused(byte[] message, int rcode) {
        return new Reply.Answer(Wire.refusal(message, rcode));
    }

    private Reply named(View view, byte[] message, Message question, int end, int limit) {
        Record asked = question.getQuestion();
        String name = asked.getName().toString(true).toLowerCase(Locale.ROOT);
        Message answer = answerTo(question);
        if (asked.getType() == Type.PTR) {
            Optional<String> pointed = address(asked.getName(), name).flatMap(view::name);
            if (pointed.isPresent()) {
                point(answer, asked.getName(), pointed.get());
                return new Reply.Answer(answer.toWire(limit));
            }
        }
        Optional<List<InetAddress>> known = view.addresses(name);
        if (known.isPresent()) {
            add(answer, asked, known.get());
            return new Reply.Answer(answer.toWire(limit));
        }
        return switch (view.unknown(name)) {
            case HAND_ON -> new Reply.HandOn(name, end, limit);
            case NO_SUCH_NAME -> refused(message, Rcode.NXDOMAIN);
            case REFUSE -> refused(message, Rcode.REFUSED);
        };
    }

    private static Message answerTo(Message question) {
        Message answer = new Message(question.getHeader().getID());
        answer.getHeader().setFlag(Flags.QR);
        answer.getHeader().setFlag(Flags.AA);
        answer.getHeader().setFlag(Flags.RA);
        if (question.getHeader().getFlag(Flags.RD)) {
            answer.getHeader().setFlag(Flags.RD);
        }
        answer.addRecord(question.getQuestion(), Section.QUESTION);
        if (question.getOPT() != null) {
            answer.addRecord(new OPTRecord(LONGEST_DATAGRAM, 0, 0), Section.ADDITIONAL);
        }
        return answer;
    }

    private static byte[] badVersion(Message question) {
        Message answer = answerTo(question);
        answer.removeAllRecords(Section.ADDITIONAL);
        answer.getHeader().unsetFlag(Flags.AA);
        answer.addRecord(new OPTRecord(LONGEST_DATAGRAM, Rcode.BADVERS >> 4, 0), Section.ADDITIONAL);
        answer.getHeader().setRcode(Rcode.BADVERS & 0xf);
        return answer.toWire();
    }

    /** The address that a name for reverse look-ups is of. */
    private static Optional<InetAddress> address(Name asked, String name) {
        boolean whole = name.endsWith(".in-addr.arpa") && asked.labels() == LABELS_OF_IPV4
                || name.endsWith(".ip6.arpa") && asked.labels() == LABELS_OF_IPV6;
        if (!whole) {
            return Optional.empty();
        }
        try {
            return Optional.of(ReverseMap.fromName(asked));
        } catch (UnknownHostException | RuntimeException e) {
            return Optional.empty();
        }
    }

    private static void point(Message answer, Name asked, String name) {
        try {
            Name target = Name.fromString(name, Name.root);
            answer.addRecord(new PTRRecord(asked, DClass.IN, TTL, target), Section.ANSWER);
        } catch (TextParseException e) {
            throw new IllegalArgumentException("\"" + name + "\" cannot be a name in the DNS", e);
        }
    }

    /** Those of the type that was asked for, beginning with another one each time; none is an answer too. */
    private void add(Message answer, Record asked, List<InetAddress> addresses) {
        int type = asked.getType();
        boolean any = type == Type.ANY;
        List<InetAddress> fitting = addresses.stream()
                .filter(one -> one instanceof Inet4Address ? any || type == Type.A : any || type == Type.AAAA)
                .toList();
        int first = fitting.isEmpty() ? 0 : Math.floorMod(turn++, fitting.size());
        for (int i = 0; i < fitting.size(); i++) {
            answer.addRecord(record(asked.getName(), fitting.get((first + i) % fitting.size())), Section.ANSWER);
        }
    }

    private static Record record(Name name, InetAddress address) {
        return address instanceof Inet6Address
                ? new AAAARecord(name, DClass.IN, TTL, address)
                : new ARecord(name, DClass.IN, TTL, address);
    }
}
