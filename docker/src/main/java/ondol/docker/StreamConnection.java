package ondol.docker;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.Executor;
import ondol.engine.Attachment;
import org.eclipse.jetty.io.AbstractConnection;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.util.Blocker;
import org.eclipse.jetty.util.BufferUtil;
import org.jspecify.annotations.Nullable;

/**
 * A connection that has become the streams of a process. Two virtual threads serve it: one carries input (the client's
 * half-close is its end), one output; at the output's end the connection's output is shut, and the whole of it closed
 * once the client has closed its half too.
 */
final class StreamConnection extends AbstractConnection implements Connection.UpgradeTo {
    private static final System.Logger LOG = System.getLogger(StreamConnection.class.getName());

    /** How long a client has to close its half after the output's end, in milliseconds. */
    private static final long LINGER = 10_000;

    private final Attachment attachment;
    private final StreamOptions options;
    private ByteBuffer early = BufferUtil.EMPTY_BUFFER;

    /**
     * What is to be done with the two directions.
     *
     * @param stdin whether input is passed on, or read and dropped
     * @param endsStdin whether the end of the client's half is the end of the input
     * @param detachKeys null where no keys are looked for
     */
    record StreamOptions(boolean stdin, boolean endsStdin, @Nullable DetachKeys detachKeys) {}

    StreamConnection(EndPoint endPoint, Executor executor, Attachment attachment, StreamOptions options) {
        super(endPoint, executor);
        this.attachment = attachment;
        this.options = options;
    }

    /** Bytes that the client sent before it saw the answer. */
    @Override
    public void onUpgradeTo(ByteBuffer bytes) {
        early = bytes;
    }

    @Override
    public void onOpen() {
        super.onOpen();
        getEndPoint().setIdleTimeout(0);
        Thread.ofVirtual().name("output").start(this::carryOutput);
        Thread.ofVirtual().name("input").start(this::carryInput);
    }

    @Override
    public void onFillable() {
        // Reading is the input thread's.
    }

    private void carryOutput() {
        EndPoint endPoint = getEndPoint();
        try (attachment) {
            Pump.run(attachment.output(), new Frames(attachment.tty(), false), this::write);
        } catch (IOException | InterruptedException | RuntimeException e) {
            LOG.log(System.Logger.Level.DEBUG, "a stream ended early", e);
        } finally {
            endPoint.setIdleTimeout(LINGER);
            endPoint.shutdownOutput();
        }
    }

    private void write(ByteBuffer bytes) throws IOException {
        try (Blocker.Callback done = Blocker.callback()) {
            getEndPoint().write(done, bytes);
            done.block();
        }
    }

    private void carryInput() {
        try {
            byte[] bytes = new byte[32 << 10];
            boolean stdin = options.stdin();
            for (int n = read(bytes); n >= 0; n = read(bytes)) {
                stdin = stdin && pass(bytes, n);
            }
            if (stdin && options.endsStdin()) {
                attachment.closeStdin();
            }
        } catch (IOException | RuntimeException e) {
            LOG.log(System.Logger.Level.DEBUG, "input ended early", e);
        } finally {
            endInput();
        }
    }

    /** False once the user has typed the keys that detach. */
    private boolean pass(byte[] bytes, int n) {
        DetachKeys keys = options.detachKeys();
        if (keys == null) {
            attachment.write(bytes, 0, n);
            return true;
        }
        byte[] rest = keys.pass(bytes, n);
        if (rest == null) {
            attachment.output().close();
            return false;
        }
        attachment.write(rest, 0, rest.length);
        return true;
    }

    private void endInput() {
        EndPoint endPoint = getEndPoint();
        if (endPoint.isOutputShutdown()) {
            endPoint.close();
        }
    }

    /** Waits for input; -1 at its end. */
    private int read(byte[] bytes) throws IOException {
        if (early.hasRemaining()) {
            int n = Math.min(early.remaining(), bytes.length);
            early.get(bytes, 0, n);
            return n;
        }
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (true) {
            BufferUtil.clear(buffer);
            int n = getEndPoint().fill(buffer);
            if (n != 0) {
                return n;
            }
            try (Blocker.Callback ready = Blocker.callback()) {
                getEndPoint().fillInterested(ready);
                ready.block();
            }
        }
    }
}
