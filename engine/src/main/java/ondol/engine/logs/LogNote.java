package ondol.engine.logs;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;

/**
 * How far a log was written once more. In its file a line of the numbers, and behind it the bytes.
 *
 * @param file number of the log's file, read up to {@code offset}
 * @param length bytes of what was written that hold what was before; 0 where it went to others
 * @param stdout a line that is not finished, and when it began
 */
record LogNote(int file, long offset, long length, long stdoutTime, byte[] stdout, long stderrTime, byte[] stderr) {
    static final LogNote BEGIN = new LogNote(1, 0, 0, 0, new byte[0], 0, new byte[0]);

    /** The last one written; the beginning where there is none. */
    static LogNote read(Path path) throws IOException {
        try {
            return decode(Files.readAllBytes(path));
        } catch (NoSuchFileException e) {
            return BEGIN;
        } catch (IllegalArgumentException e) {
            throw new IOException(path + " cannot be read: " + e.getMessage(), e);
        }
    }

    void write(Path path) throws IOException {
        Path made = path.resolveSibling(path.getFileName() + ".new");
        Files.write(made, encode());
        Files.move(made, path, StandardCopyOption.ATOMIC_MOVE);
    }

    private byte[] encode() {
        String numbers = "%d %d %d %d %d %d %d\n"
                .formatted(file, offset, length, stdoutTime, stdout.length, stderrTime, stderr.length);
        byte[] head = numbers.getBytes(StandardCharsets.US_ASCII);
        return ByteBuffer.allocate(head.length + stdout.length + stderr.length)
                .put(head)
                .put(stdout)
                .put(stderr)
                .array();
    }

    /** @throws IllegalArgumentException for what is no note */
    private static LogNote decode(byte[] bytes) {
        int end = Lines.lineFeed(bytes, 0, bytes.length);
        String[] numbers = new String(bytes, 0, Math.max(0, end), StandardCharsets.US_ASCII).split(" ");
        if (numbers.length != 7) {
            throw new IllegalArgumentException("seven numbers are missing");
        }
        int out = Integer.parseInt(numbers[4]);
        int err = Integer.parseInt(numbers[6]);
        if (out < 0 || err < 0 || bytes.length != end + 1L + out + err) {
            throw new IllegalArgumentException("it has another length than it says");
        }
        return new LogNote(
                Integer.parseInt(numbers[0]),
                Long.parseLong(numbers[1]),
                Long.parseLong(numbers[2]),
                Long.parseLong(numbers[3]),
                Arrays.copyOfRange(bytes, end + 1, end + 1 + out),
                Long.parseLong(numbers[5]),
                Arrays.copyOfRange(bytes, end + 1 + out, bytes.length));
    }
}
