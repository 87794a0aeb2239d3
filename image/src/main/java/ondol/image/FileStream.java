package ondol.image;

import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import ondol.linux.Descriptor;
import ondol.linux.Files;

/** An open file as a stream, from where it stands. Closing it leaves the descriptor open. */
final class FileStream extends InputStream {
    private static final int BUFFER = 128 << 10;

    private final Descriptor file;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment buffer = arena.allocate(BUFFER);

    FileStream(Descriptor file) {
        this.file = file;
    }

    @Override
    public int read() {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) {
        if (length == 0) {
            return 0;
        }
        MemorySegment part = buffer.asSlice(0, Math.min(length, BUFFER));
        int read = (int) Files.read(file, part);
        if (read == 0) {
            return -1;
        }
        MemorySegment.copy(part, ValueLayout.JAVA_BYTE, 0, bytes, offset, read);
        return read;
    }

    @Override
    public void close() {
        arena.close();
    }
}
