package ondol.engine.logs;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;

/** Writes frames as a container's minder does. */
final class TestWriter implements AutoCloseable {
    private final LogFolder folder;
    private final long maxSize;
    private final int maxFiles;
    private int number;
    private FileChannel file;
    long time = 1_000_000_000;

    TestWriter(LogFolder folder, long maxSize, int maxFiles) throws IOException {
        this.folder = folder;
        this.maxSize = maxSize;
        this.maxFiles = maxFiles;
        this.number = folder.prepareForStart(maxSize, maxFiles);
        this.file = open();
    }

    private FileChannel open() throws IOException {
        return FileChannel.open(
                folder.path(number),
                StandardOpenOption.CREATE_NEW,
                StandardOpenOption.WRITE,
                StandardOpenOption.APPEND);
    }

    TestWriter out(String text) throws IOException {
        return write(false, text.getBytes(StandardCharsets.UTF_8));
    }

    TestWriter err(String text) throws IOException {
        return write(true, text.getBytes(StandardCharsets.UTF_8));
    }

    TestWriter write(boolean error, byte[] payload) throws IOException {
        append(frame(time++, error, payload));
        if (file.size() > maxSize) {
            file.close();
            number++;
            file = open();
            Files.deleteIfExists(folder.path(number - maxFiles));
        }
        return this;
    }

    void append(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            file.write(bytes);
        }
    }

    static ByteBuffer frame(long time, boolean error, byte[] payload) {
        return ByteBuffer.allocate(FrameSource.HEADER + payload.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(time)
                .putInt(payload.length)
                .put((byte) (error ? 2 : 1))
                .put((byte) 0)
                .putShort((short) FrameSource.MAGIC)
                .put(payload)
                .flip();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
