package ondol.network.dns;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A client's connection: questions and answers, each after its length in two bytes (RFC 1035, 4.2.2; RFC 7766). Closed
 * when nothing has come in for a while, and when a client asks without reading answers.
 */
final class TcpConnection implements Loop.Ready, Client, Runnable {
    private static final int MOST_UNSENT_BYTES = 128 * 1024;

    private final Scope scope;
    private final SocketChannel channel;
    private final Deadlines idle;
    private final Consumer<TcpConnection> gone;
    private final ByteBuffer in = ByteBuffer.allocate(2 + Wire.LONGEST_QUESTION);
    private final Queue<ByteBuffer> out = new ArrayDeque<>();
    private int unsent;
    private @Nullable SelectionKey key;

    TcpConnection(Scope scope, SocketChannel channel, Deadlines idle, Consumer<TcpConnection> gone) {
        this.scope = scope;
        this.channel = channel;
        this.idle = idle;
        this.gone = gone;
    }

    void serve(SelectionKey registered) {
        key = registered;
        idle.begin(this);
    }

    @Override
    public void ready() throws IOException {
        flush();
        int got = channel.read(in);
        if (got < 0) {
            throw new EOFException();
        }
        if (got > 0) {
            idle.begin(this);
        }
        in.flip();
        while (in.remaining() >= 2) {
            int length = Short.toUnsignedInt(in.getShort(in.position()));
            if (length > Wire.LONGEST_QUESTION) {
                throw new IOException("a question of " + length + " bytes");
            }
            if (in.remaining() < 2 + length) {
                break;
            }
            byte[] question = new byte[length];
            in.position(in.position() + 2).get(question);
            scope.asked(this, question);
        }
        in.compact();
    }

    @Override
    public boolean tcp() {
        return true;
    }

    @Override
    public void send(ByteBuffer answer) {
        if (!channel.isOpen()) {
            return;
        }
        ByteBuffer framed = ByteBuffer.allocate(2 + answer.remaining());
        framed.putShort((short) answer.remaining()).put(answer).flip();
        if (unsent > MOST_UNSENT_BYTES) {
            broken();
            return;
        }
        out.add(framed);
        unsent += framed.remaining();
        try {
            flush();
        } catch (IOException e) {
            broken();
        }
    }

    private void flush() throws IOException {
        for (ByteBuffer next = out.peek(); next != null; next = out.peek()) {
            unsent -= channel.write(next);
            if (next.hasRemaining()) {
                break;
            }
            out.remove();
        }
        if (key != null && key.isValid()) {
            key.interestOps(out.isEmpty() ? SelectionKey.OP_READ : SelectionKey.OP_READ | SelectionKey.OP_WRITE);
        }
    }

    /** Nothing has come in for too long. */
    @Override
    public void run() {
        broken();
    }

    @Override
    public void broken() {
        idle.end(this);
        gone.accept(this);
        Loop.quietly(channel);
    }
}
