package ondol.network.dns;

/** The few bytes of a DNS message (RFC 1035, 4.1) that are looked at before, or without, reading all of it. */
final class Wire {
    /** A name of 255 bytes and room for options; longer ones are not listened to. */
    static final int LONGEST_QUESTION = 4096;

    /** What anybody can receive by UDP (RFC 1035, 2.3.4). */
    static final int SMALLEST_LIMIT = 512;

    static final int HEADER = 12;
    private static final int LONGEST_NAME = 255;
    private static final int LONGEST_LABEL = 63;
    private static final int RESPONSE = 0x80;
    private static final int TRUNCATED = 0x02;
    private static final int RECURSION_DESIRED = 0x01;
    private static final int RECURSION_AVAILABLE = 0x80;
    private static final int OPCODE_AND_RECURSION = 0x78 | RECURSION_DESIRED;

    private Wire() {}

    static int id(byte[] message) {
        return number(message, 0);
    }

    static void id(byte[] message, int id) {
        message[0] = (byte) (id >> 8);
        message[1] = (byte) id;
    }

    static boolean response(byte[] message) {
        return (message[2] & RESPONSE) != 0;
    }

    static int opcode(byte[] message) {
        return message[2] >> 3 & 0xf;
    }

    static int rcode(byte[] message) {
        return message[3] & 0xf;
    }

    /** How many records a section has. @param section 0 questions, 1 answers, 2 authorities, 3 others */
    static int count(byte[] message, int section) {
        return number(message, 4 + 2 * section);
    }

    private static int number(byte[] message, int at) {
        return (message[at] & 0xff) << 8 | message[at + 1] & 0xff;
    }

    /** Where the first question ends, or -1 where it is cut off, too long, or compressed. */
    static int questionEnd(byte[] message) {
        int at = HEADER;
        while (at < message.length && at - HEADER < LONGEST_NAME) {
            int label = message[at] & 0xff;
            if (label > LONGEST_LABEL) {
                return -1;
            }
            at += 1 + label;
            if (label == 0) {
                return at + 4 <= message.length ? at + 4 : -1;
            }
        }
        return -1;
    }

    /** Whether an answer is one to this question: number, kind and question are the same, but for upper and lower case. */
    static boolean answers(byte[] answer, byte[] question, int questionEnd) {
        if (answer.length < HEADER
                || id(answer) != id(question)
                || !response(answer)
                || opcode(answer) != opcode(question)) {
            return false;
        }
        if (count(answer, 0) == 0 && rcode(answer) != 0) {
            return true; // some say what went wrong and nothing else
        }
        if (count(answer, 0) != 1 || answer.length < questionEnd) {
            return false;
        }
        for (int i = HEADER; i < questionEnd; i++) {
            if (lower(answer[i]) != lower(question[i])) {
                return false;
            }
        }
        return true;
    }

    private static int lower(byte letter) {
        return letter >= 'A' && letter <= 'Z' ? letter + ('a' - 'A') : letter;
    }

    /** An answer of a header and, where it could be read, the question. */
    static byte[] refusal(byte[] question, int rcode) {
        int end = count(question, 0) == 1 ? questionEnd(question) : -1;
        byte[] answer = java.util.Arrays.copyOf(question, end < 0 ? HEADER : end);
        answer[2] = (byte) (question[2] & OPCODE_AND_RECURSION | RESPONSE);
        answer[3] = (byte) (RECURSION_AVAILABLE | rcode);
        answer[4] = 0;
        answer[5] = (byte) (end < 0 ? 0 : 1);
        java.util.Arrays.fill(answer, 6, HEADER, (byte) 0);
        return answer;
    }

    /** An answer that is too long for who asked: its beginning, with the word that there is more. */
    static byte[] cut(byte[] answer, int questionEnd) {
        byte[] beginning = java.util.Arrays.copyOf(answer, questionEnd);
        beginning[2] |= TRUNCATED;
        java.util.Arrays.fill(beginning, 6, HEADER, (byte) 0);
        return beginning;
    }
}
