package ondol.docker;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
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

    /** How long a process may go on after it has closed its output, in seconds, until nobody waits for it. */
    private static final long PATIENCE = 2;

    /** How long a client has to close its half after the output's end, in milliseconds. */
    private static final long LINGER = 10_000;

    /** How long it may take until it is noticed that a client has gone to which nothing is sent, in milliseconds. */
    private static final long ROUND = 2_000;

    private final Attachment attachment;
    private final StreamOptions options;
    private final Wire wire;
    private final Lock writing = new ReentrantLock();
    private volatile boolean detached;
    private ByteBuffer early = BufferUtil.EMPTY_BUFFER;

    /**
     * What is to be done with the two directions.
     *
     * @param stdin whether input is passed on, or read and dropped
     * @param endsStdin whether the end of the client's half is the end of the input
     * @param detachKeys the keys that are looked for where there is a terminal
     * @param ended what is waited for, a short while, between the output's end and the connection's
     */
    record StreamOptions(
            boolean stdin,
            boolean endsStdin,
            DetachKeys detachKeys,
            @Nullable Future<?> ended) {
        /** A client asks for the exit code as soon as the connection ends: then it should be known. */
        void awaitEnd() throws InterruptedException {
            try {
                if (ended != null) {
                    ended.get(PATIENCE, TimeUnit.SECONDS);
                }
            } catch (ExecutionException | CancellationException | TimeoutException e) {
                LOG.log(System.Logger.Level.DEBUG, "output ended before its process", e);
            }
        }
    }

    StreamConnection(EndPoint endPoint, Executor executor, Attachment attachment, StreamOptions options, Wire wire) {
        super(endPoint, executor);
        this.attachment = attachment;
        this.options = options;
        this.wire = wire;
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
            Frames frames = new Frames(attachment.tty() || wire != Wire.PLAIN, false);
            Pump.run(attachment.output(), frames, bytes -> write(wire.output(bytes)));
            if (!detached) {
                options.awaitEnd();
            }
            write(wire.end());
        } catch (IOException | InterruptedException | RuntimeException e) {
            LOG.log(System.Logger.Level.DEBUG, "a stream ended early", e);
        } finally {
            endPoint.setIdleTimeout(LINGER);
            endPoint.shutdownOutput();
        }
    }

    private void write(ByteBuffer bytes) throws IOException {
        if (!bytes.hasRemaining()) {
            return;
        }
        writing.lock(); // both threads have something to say to a WebSocket
        try (Blocker.Callback done = Blocker.callback()) {
            getEndPoint().write(done, bytes);
            done.block();
        } finally {
            writing.unlock();
        }
    }

    private void carryInput() {
        try {
            byte[] bytes = new byte[32 << 10];
            boolean stdin = options.stdin();
            Wire.Input input = wire.input();
            for (int n = read(bytes); n >= 0; n = read(bytes)) {
                if (input.ended()) {
                    continue;
                }
                int content = input.take(bytes, n);
                stdin = stdin && (content == 0 || pass(bytes, content));
                write(input.answer());
                if (input.ended() && !(stdin && options.endsStdin())) {
                    attachment.output().close();
                } else if (input.ended()) {
                    attachment.closeStdin(); // and its output goes on to its end
                }
            }
            if (stdin && options.endsStdin()) {
                attachment.closeStdin();
            }
            awaitGoing();
        } catch (IOException | InterruptedException | RuntimeException e) {
            LOG.log(System.Logger.Level.DEBUG, "input ended early", e);
        } finally {
            endInput();
        }
    }

    /** The client has closed its half. When it closes the other, too, nobody waits for output that may never come. */
    private void awaitGoing() throws IOException, InterruptedException {
        EndPoint endPoint = getEndPoint();
        while (endPoint.isOpen() && !endPoint.isOutputShutdown()) {
            if (Peer.gone(endPoint)) {
                attachment.output().close();
                return;
            }
            Thread.sleep(ROUND);
        }
    }

    /** False once the user has typed the keys that detach. */
    private boolean pass(byte[] bytes, int n) {
        if (!attachment.tty()) {
            attachment.write(bytes, 0, n);
            return true;
        }
        byte[] rest = options.detachKeys().pass(bytes, n);
        if (rest == null) {
            detached = true;
            attachment.detached();
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
