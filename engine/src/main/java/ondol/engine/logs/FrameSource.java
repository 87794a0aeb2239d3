package ondol.engine.logs;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * Walks over the frames of a log folder, from file to file, without an object per frame. A frame is a header of 16 bytes in
 * little-endian order (realtime in nanoseconds, 8; length, 4; stream, 1: 1 for stdout and 2 for stderr; flags, 1: 0; magic
 * 0x4F4C, 2) and at most 64 KiB as they were read from the container, not aligned to lines.
 *
 * <p>A frame that is cut off by the end of its file is one that is being written, or the last of a writer that was killed:
 * it counts when it is whole. Bytes that are no frame make the rest of their file unreadable.
 */
final class FrameSource implements AutoCloseable {
    static final int HEADER = 16;
    static final int MOST = 64 * 1024;
    static final int MAGIC = 0x4F4C;
    private static final int CAPACITY = 4 * (HEADER + MOST);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private final LogFolder folder;
    private final byte[] bytes = new byte[CAPACITY];
    private int number;
    private volatile @Nullable FileChannel channel;
    private volatile boolean closed;
    /** Where in the file the buffer's first byte stands. */
    private long base;

    private int next;
    private int limit;
    private boolean unreadable;

    private long time;
    private boolean error;
    private int payload;
    private int length;

    FrameSource(LogFolder folder, LogPosition from) {
        this.folder = folder;
        this.number = from.number();
        this.base = from.offset();
    }

    /**
     * Moves to the next frame.
     *
     * @return false when there is no whole one now; a later call finds what was appended since, and nothing after {@link #close}
     */
    boolean next() throws IOException {
        while (!closed) {
            if (inPresentFile()) {
                return true;
            }
            int following = followingFile();
            if (following == 0) {
                return false;
            }
            // What the writer appended before it went on to the following file was perhaps not there at the first look.
            if (inPresentFile()) {
                return true;
            }
            moveTo(new LogPosition(following, 0));
        }
        return false;
    }

    /** Nanoseconds since 1970 when the frame was read from the container. */
    long time() {
        return time;
    }

    /** Whether the frame is of stderr. */
    boolean error() {
        return error;
    }

    /** Holds the frame's bytes, from {@link #payload}, {@link #length} many, until the next move. */
    byte[] bytes() {
        return bytes;
    }

    int payload() {
        return payload;
    }

    int length() {
        return length;
    }

    /** Behind the frame. */
    LogPosition position() {
        return new LogPosition(number, base + next);
    }

    /** Behind the frame, in the file {@link #number}. */
    long offset() {
        return base + next;
    }

    int number() {
        return number;
    }

    /** Goes elsewhere; a position of this folder. */
    void moveTo(LogPosition position) throws IOException {
        FileChannel old = channel;
        channel = null;
        if (old != null) {
            old.close();
        }
        number = position.number();
        base = position.offset();
        next = 0;
        limit = 0;
        unreadable = false;
    }

    private boolean inPresentFile() throws IOException {
        if (unreadable || !have(HEADER)) {
            return false;
        }
        int size = (int) INT.get(bytes, next + 8);
        int kind = (int) INT.get(bytes, next + 12);
        int stream = kind & 0xFF;
        if (kind >>> 16 != MAGIC || size < 0 || size > MOST || stream < 1 || stream > 2) {
            unreadable = true;
            return false;
        }
        if (!have(HEADER + size)) {
            return false;
        }
        time = (long) LONG.get(bytes, next);
        error = stream == 2;
        payload = next + HEADER;
        length = size;
        next = payload + size;
        return true;
    }

    /** Whether so many bytes from {@code next} on are in the buffer, after reading more where they are not. */
    private boolean have(int wanted) throws IOException {
        if (limit - next >= wanted) {
            return true;
        }
        FileChannel file = open();
        if (file == null) {
            return false;
        }
        System.arraycopy(bytes, next, bytes, 0, limit - next);
        base += next;
        limit -= next;
        next = 0;
        while (limit < wanted) {
            int read = file.read(ByteBuffer.wrap(bytes, limit, CAPACITY - limit), base + limit);
            if (read <= 0) {
                return false;
            }
            limit += read;
        }
        return true;
    }

    private @Nullable FileChannel open() throws IOException {
        FileChannel open = channel;
        if (open == null) {
            try {
                open = FileChannel.open(folder.path(number), StandardOpenOption.READ);
            } catch (NoSuchFileException e) {
                return null;
            }
            channel = open;
            if (closed) {
                open.close();
                throw new AsynchronousCloseException();
            }
        }
        return open;
    }

    /** The file after the present one: the next number, or where files were deleted the lowest above; 0 when there is none. */
    private int followingFile() throws IOException {
        if (Files.exists(folder.path(number + 1))) {
            return number + 1;
        }
        if (Files.exists(folder.path(number))) {
            return 0;
        }
        for (LogFolder.LogFile file : folder.files()) {
            if (file.number() > number) {
                return file.number();
            }
        }
        return 0;
    }

    /** May come from another thread, whose reading then ends with a {@link java.nio.channels.ClosedChannelException}. */
    @Override
    public void close() throws IOException {
        closed = true;
        FileChannel open = channel;
        if (open != null) {
            open.close();
        }
    }
}
