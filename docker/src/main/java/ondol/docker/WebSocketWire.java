package ondol.docker;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import ondol.engine.EngineException;
import org.jspecify.annotations.Nullable;

/** A stream as WebSocket messages: RFC 6455. Binary messages out; the content of messages of either kind in. */
final class WebSocketWire implements Wire {
    private static final int CONTINUATION = 0;
    private static final int TEXT = 1;
    private static final int BINARY = 2;
    private static final int CLOSE = 8;
    private static final int PING = 9;
    private static final int PONG = 10;

    private static final int FINAL = 0x80;
    private static final int MASKED = 0x80;

    /** Lengths up to here stand in the header's second byte; the two above say how many bytes of length follow. */
    private static final int SHORT = 125;

    private static final int TWO_BYTES = 126;
    private static final int EIGHT_BYTES = 127;

    /** Close codes, section 7.4.1. */
    private static final short NORMAL = 1000;

    private static final short PROTOCOL_ERROR = 1002;

    private static final int KEY_BYTES = 16;
    private static final String VERSION = "13";

    /**
     * What proves that the request was understood: section 4.2.2.
     *
     * @throws EngineException {@code INVALID} for what is no handshake of version 13
     */
    static String accept(@Nullable String upgrade, @Nullable String version, @Nullable String key) {
        if (!"websocket".equalsIgnoreCase(upgrade)) {
            throw EngineException.invalid("attach/ws is a WebSocket: the request has to say Upgrade: websocket");
        }
        if (!VERSION.equals(version)) {
            throw EngineException.invalid("Sec-WebSocket-Version has to be 13, not " + version);
        }
        if (key == null || !isKey(key)) {
            throw EngineException.invalid("Sec-WebSocket-Key has to be 16 bytes in Base64");
        }
        try {
            byte[] sum = MessageDigest.getInstance("SHA-1")
                    .digest((key.strip() + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").getBytes(StandardCharsets.US_ASCII));
            return Base64.getEncoder().encodeToString(sum);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every JDK has it
        }
    }

    private static boolean isKey(String key) {
        try {
            return Base64.getDecoder().decode(key.strip()).length == KEY_BYTES;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    @Override
    public Input input() {
        return new Messages();
    }

    @Override
    public ByteBuffer output(ByteBuffer bytes) {
        int length = bytes.remaining();
        ByteBuffer frame = ByteBuffer.allocate(length + 10).put((byte) (FINAL | BINARY));
        if (length <= SHORT) {
            frame.put((byte) length);
        } else if (length <= 0xffff) {
            frame.put((byte) TWO_BYTES).putShort((short) length);
        } else {
            frame.put((byte) EIGHT_BYTES).putLong(length);
        }
        return frame.put(bytes).flip();
    }

    @Override
    public ByteBuffer end() {
        return close(NORMAL);
    }

    private static ByteBuffer close(short code) {
        return ByteBuffer.allocate(4)
                .put((byte) (FINAL | CLOSE))
                .put((byte) 2)
                .putShort(code)
                .flip();
    }

    /** Takes frames apart, byte by byte, whatever pieces they come in; nothing of a message is kept. */
    private static final class Messages implements Input {
        private final byte[] control = new byte[SHORT];
        private int controlLength;
        private final byte[] mask = new byte[4];
        private int opcode;
        private int headerAt; // bytes of the header that have come
        private int lengthBytes;
        private long length;
        private long at; // bytes of the payload that have come
        private boolean ended;
        private ByteBuffer answer = ByteBuffer.allocate(0);

        @Override
        public int take(byte[] bytes, int n) {
            int kept = 0;
            for (int i = 0; i < n && !ended; i++) {
                if (headerAt < headerLength()) {
                    header(bytes[i] & 0xff);
                } else {
                    byte plain = (byte) (bytes[i] ^ mask[(int) (at & 3)]);
                    at++;
                    if (opcode < CLOSE) {
                        bytes[kept++] = plain;
                    } else {
                        control[controlLength++] = plain;
                    }
                }
                if (headerAt == headerLength() && at == length) {
                    endOfFrame();
                }
            }
            return kept;
        }

        /** Two bytes, what more there is of the length, and the mask. */
        private int headerLength() {
            return 2 + lengthBytes + mask.length;
        }

        private void header(int value) {
            int i = headerAt++;
            if (i == 0) {
                opcode = value & 0xf;
                boolean known = opcode <= BINARY || (opcode >= CLOSE && opcode <= PONG);
                // no extension was agreed on; control frames come whole
                fail((value & 0x70) != 0 || !known || (opcode >= CLOSE && (value & FINAL) == 0));
            } else if (i == 1) {
                int said = value & ~MASKED;
                lengthBytes = said == TWO_BYTES ? 2 : said == EIGHT_BYTES ? 8 : 0;
                length = lengthBytes == 0 ? said : 0;
                fail((value & MASKED) == 0 || (opcode >= CLOSE && lengthBytes > 0));
            } else if (i < 2 + lengthBytes) {
                length = length << 8 | value;
                fail(length < 0);
            } else {
                mask[i - 2 - lengthBytes] = (byte) value;
            }
        }

        private void fail(boolean wrong) {
            if (wrong && !ended) {
                ended = true;
                answer = close(PROTOCOL_ERROR);
            }
        }

        private void endOfFrame() {
            switch (opcode) {
                case CLOSE -> ended = true; // the answer to it is sent behind the output
                case PING -> answerPing();
                case CONTINUATION, TEXT, BINARY, PONG -> {}
                default -> throw new IllegalStateException("opcode " + opcode);
            }
            headerAt = 0;
            lengthBytes = 0;
            length = 0;
            at = 0;
            controlLength = 0;
        }

        private void answerPing() {
            ByteBuffer pong = ByteBuffer.allocate(2 + controlLength)
                    .put((byte) (FINAL | PONG))
                    .put((byte) controlLength)
                    .put(control, 0, controlLength);
            answer = pong.flip(); // of several at once the last is enough: section 5.5.3
        }

        @Override
        public ByteBuffer answer() {
            ByteBuffer now = answer;
            answer = ByteBuffer.allocate(0);
            return now;
        }

        @Override
        public boolean ended() {
            return ended;
        }
    }
}
