package ondol.network.dns;

import java.nio.ByteBuffer;

/** Who asked, and how an answer gets there. Used by the loop's thread alone. */
interface Client {
    /** Whether it asked by TCP, where an answer may be as long as a message can be. */
    boolean tcp();

    /** Sends an answer, from the buffer's position to its limit; one that cannot be sent is lost. */
    void send(ByteBuffer answer);

    default void send(byte[] answer) {
        send(ByteBuffer.wrap(answer));
    }
}
