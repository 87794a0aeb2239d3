package ondol.docker;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/** Where a stream goes: a reply's body or a connection. Used by one thread. */
@FunctionalInterface
interface Sink {
    /** Sends bytes now, and waits until they are with the kernel. */
    void write(ByteBuffer bytes) throws IOException;

    /** Says that no more will come. */
    default void close() {}

    default void write(byte[] bytes) throws IOException {
        write(ByteBuffer.wrap(bytes));
    }

    /** This sink as a stream that gathers bytes before it sends them; closing it does not close the sink. */
    default OutputStream asOutputStream() {
        return new java.io.BufferedOutputStream(
                new OutputStream() {
                    @Override
                    public void write(int b) throws IOException {
                        Sink.this.write(new byte[] {(byte) b});
                    }

                    @Override
                    public void write(byte[] bytes, int offset, int length) throws IOException {
                        Sink.this.write(ByteBuffer.wrap(bytes, offset, length));
                    }
                },
                64 << 10);
    }
}
