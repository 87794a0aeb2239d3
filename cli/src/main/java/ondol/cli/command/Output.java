package ondol.cli.command;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** Standard output or error: text in UTF-8 whatever the locale, bytes as they are, buffered until {@link #flush}. */
public final class Output extends OutputStream {
    private final FileOutputStream stream;
    private final byte[] buffer = new byte[8192];
    private int used;

    /** Writes to {@link FileDescriptor#out} or {@link FileDescriptor#err}. */
    public Output(FileDescriptor descriptor) {
        stream = new FileOutputStream(descriptor);
    }

    /** Prints text. */
    public void print(String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        write(bytes, 0, bytes.length);
    }

    /** Prints text and ends the line. */
    public void line(String text) throws IOException {
        print(text);
        write('\n');
    }

    @Override
    public void write(int b) throws IOException {
        if (used == buffer.length) drain();
        buffer[used++] = (byte) b;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        if (length > buffer.length - used) drain();
        if (length > buffer.length) {
            send(bytes, offset, length);
        } else {
            System.arraycopy(bytes, offset, buffer, used, length);
            used += length;
        }
    }

    private void drain() throws IOException {
        int n = used;
        used = 0;
        if (n > 0) send(buffer, 0, n);
    }

    private void send(byte[] bytes, int offset, int length) throws IOException {
        try {
            stream.write(bytes, offset, length);
        } catch (IOException e) {
            throw new Broken(e);
        }
    }

    @Override
    public void flush() throws IOException {
        drain();
    }

    /** Nobody reads this output any more. */
    public static final class Broken extends IOException {
        private static final long serialVersionUID = 1;

        Broken(IOException cause) {
            super(cause.getMessage(), cause);
        }
    }
}
