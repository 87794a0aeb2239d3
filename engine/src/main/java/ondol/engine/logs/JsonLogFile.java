package ondol.engine.logs;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * The file that Docker's json-file driver writes, with the files that it was rotated to, and beside it a note of how far
 * it goes: which place of the log it holds everything before. Whoever is killed leaves a file that may be longer than the
 * note says; it is cut there, and the rest is written again.
 */
final class JsonLogFile implements AutoCloseable {
    private final Path file;
    private final Path note;
    private final long maxSize;
    private final int maxFiles;
    private final boolean compress;
    private @Nullable FileChannel channel;
    private long length;

    /**
     * @param maxSize bytes, 0 for no limit
     */
    JsonLogFile(Path file, long maxSize, int maxFiles, boolean compress) {
        this.file = file;
        this.note = file.resolveSibling(file.getFileName() + ".note");
        this.maxSize = maxSize;
        this.maxFiles = maxFiles;
        this.compress = compress;
    }

    /** Opens the file where the note says that it ends; what stands behind it is gone. */
    LogNote open() throws IOException {
        LogNote last = LogNote.read(note);
        FileChannel opened = begin();
        // shorter than noted is one that was begun when the noted one was put away
        length = opened.size() < last.length() ? 0 : last.length();
        opened.truncate(length);
        opened.position(length);
        channel = opened;
        return last;
    }

    private FileChannel begin() throws IOException {
        FileChannel opened = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        return opened;
    }

    long length() {
        return length;
    }

    void append(byte[] bytes, int count) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes, 0, count);
        FileChannel channel = Objects.requireNonNull(this.channel);
        while (buffer.hasRemaining()) {
            length += channel.write(buffer);
        }
    }

    void note(LogNote now) throws IOException {
        now.write(note);
    }

    boolean full() {
        return maxSize > 0 && length >= maxSize;
    }

    /** Puts the file away as the newest of the older ones, and begins anew. To be called when the note is up to date. */
    void rotate() throws IOException {
        close();
        if (maxFiles == 1) {
            Files.deleteIfExists(file);
        } else {
            String suffix = compress ? ".gz" : "";
            for (int i = maxFiles - 1; i > 1; i--) {
                moveIfThere(numbered(i - 1, suffix), numbered(i, suffix));
            }
            if (compress) {
                compress(numbered(1, suffix));
                Files.deleteIfExists(file);
            } else {
                Files.move(file, numbered(1, ""), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        channel = begin();
        length = 0;
    }

    private Path numbered(int number, String suffix) {
        return file.resolveSibling(file.getFileName() + "." + number + suffix);
    }

    private static void moveIfThere(Path from, Path to) throws IOException {
        try {
            Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
        } catch (NoSuchFileException e) {
            // there are not so many yet
        }
    }

    private void compress(Path to) throws IOException {
        Path made = to.resolveSibling(to.getFileName() + ".new");
        try (InputStream in = Files.newInputStream(file);
                OutputStream out = new GZIPOutputStream(Files.newOutputStream(made), 64 << 10)) {
            in.transferTo(out);
        }
        Files.move(made, to, StandardCopyOption.REPLACE_EXISTING);
    }

    @Override
    public void close() throws IOException {
        if (channel != null) {
            channel.close();
        }
    }
}
