package ondol.image;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import ondol.oci.image.Descriptor;
import ondol.oci.image.Digest;
import org.jspecify.annotations.Nullable;

/**
 * A content that comes in, written by one thread to a file that outlives a crash, and read by others while it comes: the
 * file is the buffer between them, so that a slow reader never holds up the network. Readers see the end only after size
 * and digest were found right.
 */
public final class Arrival implements AutoCloseable {
    private static final int BUFFER = 256 << 10;

    private final Descriptor expected;
    private final Digest digest;
    private final Path file;
    private final FileChannel channel;
    private final MessageDigest sum;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final long found;
    private volatile long received;
    private boolean done;
    private @Nullable RuntimeException failure;

    /** Opens the file, and sums up what an earlier attempt left in it. */
    Arrival(Descriptor expected, Path file) throws IOException {
        this.expected = expected;
        this.digest = Digest.parse(expected.digest());
        this.file = file;
        this.sum = digest.newSum();
        this.channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            if (channel.size() > expected.size()) {
                channel.truncate(0);
            }
            ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
            long at = 0;
            for (int read = channel.read(buffer, at); read > 0; read = channel.read(buffer, at)) {
                sum.update(buffer.flip());
                buffer.clear();
                at += read;
            }
            found = at;
            received = at;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /** What is expected. */
    public Descriptor expected() {
        return expected;
    }

    /** Bytes that are here. */
    public long received() {
        return received;
    }

    /** Bytes that were here before this attempt. */
    public long found() {
        return found;
    }

    /**
     * Adds bytes.
     *
     * @throws ImageException INVALID where they are more than expected
     */
    public void write(byte[] bytes, int offset, int length) throws IOException {
        if (length > expected.size() - received) {
            throw ImageException.invalid(
                    "%s has more than the %d bytes that its manifest says".formatted(digest, expected.size()));
        }
        ByteBuffer buffer = ByteBuffer.wrap(bytes, offset, length);
        long at = received;
        while (buffer.hasRemaining()) {
            at += channel.write(buffer, at);
        }
        sum.update(bytes, offset, length);
        lock.lock();
        try {
            received = at;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Checks what has come, and lets readers see the end.
     *
     * @throws ImageException INVALID where size or digest are not as expected; the file is deleted then
     */
    public void complete() throws IOException {
        String hex = java.util.HexFormat.of().formatHex(sum.digest());
        if (received != expected.size() || !hex.equals(digest.hex())) {
            Files.deleteIfExists(file);
            throw ImageException.invalid(
                    received != expected.size()
                            ? "%s has %d bytes and not the %d that its manifest says"
                                    .formatted(digest, received, expected.size())
                            : "the bytes that came for %s have the digest %s:%s"
                                    .formatted(digest, digest.algorithm(), hex));
        }
        lock.lock();
        try {
            done = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Gives up: readers fail with this. What came stays for the next attempt. */
    public void fail(RuntimeException why) {
        lock.lock();
        try {
            if (!done && failure == null) {
                failure = why;
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until there is something after {@code position}; false at the end. */
    private boolean await(long position) throws IOException {
        lock.lock();
        try {
            while (true) {
                if (failure != null) {
                    throw failure;
                }
                if (received > position) {
                    return true;
                }
                if (done) {
                    return false;
                }
                changed.await();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (IOException) new InterruptedIOException("interrupted").initCause(e);
        } finally {
            lock.unlock();
        }
    }

    /** Reads from the beginning, waiting for what has not come yet. */
    public Reader read() {
        return new Reader();
    }

    /** See {@link Arrival#read()}; used by one thread, its position read by any. */
    public final class Reader extends InputStream {
        private volatile long position;

        private Reader() {}

        /** Bytes read so far. */
        public long position() {
            return position;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            long at = position;
            if (!await(at)) {
                return -1;
            }
            int read = channel.read(ByteBuffer.wrap(bytes, offset, (int) Math.min(length, received - at)), at);
            if (read <= 0) {
                throw new EOFException(file + " was cut short by someone else");
            }
            position = at + read;
            return read;
        }

        @Override
        public int available() {
            return (int) Math.min(Integer.MAX_VALUE, received - position);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
