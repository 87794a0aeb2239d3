package ondol.cli.stream;

import java.io.Closeable;
import java.io.EOFException;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import ondol.cli.command.Cli;
import ondol.cli.command.CliException;
import ondol.cli.command.Output;
import ondol.cli.http.Connection;
import ondol.cli.http.Response;
import org.jspecify.annotations.Nullable;

/** The streams of one process in a container, joined with those of this one. */
public final class Streams implements Closeable {
    private static final int STDERR = 2;
    private static final int SYSTEM_ERROR = 3;

    private final Cli cli;
    private final Connection connection;
    private final InputStream body;
    private final boolean terminal;
    private @Nullable Tty raw;
    private volatile boolean detached;

    private Streams(Cli cli, Connection connection, InputStream body, boolean terminal) {
        this.cli = cli;
        this.connection = connection;
        this.body = body;
        this.terminal = terminal;
    }

    /**
     * Takes over a connection of its own.
     *
     * @param target what to POST to
     * @param body JSON, or null
     * @param terminal whether the process has a terminal, so that its output is one plain stream
     */
    public static Streams open(Cli cli, String target, byte @Nullable [] body, boolean terminal) throws IOException {
        Connection connection = cli.connect();
        Response response = Cli.checked(connection.hijack("POST", target, body));
        return new Streams(cli, connection, response.body(), terminal);
    }

    /** Sends standard input on, from a thread of its own; its end is passed on, and detach keys are looked for on a terminal. */
    public void input(String keys) {
        DetachKeys detach = terminal && Cli.terminal(0) ? new DetachKeys(keys) : null;
        if (detach != null) raw = Tty.raw();
        Thread pump = new Thread("input") {
            @Override
            public void run() {
                try {
                    pump(detach);
                } catch (IOException e) {
                    // The other side is gone; the output's end tells why.
                }
            }
        };
        pump.setDaemon(true);
        pump.start();
    }

    private void pump(@Nullable DetachKeys detach) throws IOException {
        InputStream in = new FileInputStream(FileDescriptor.in);
        OutputStream out = connection.output();
        byte[] typed = new byte[32 * 1024];
        byte[] passed = detach == null ? typed : new byte[typed.length * 2 + detach.held()];
        for (int n = in.read(typed); n >= 0; n = in.read(typed)) {
            if (detach != null) n = detach.filter(typed, n, passed);
            if (n < 0) {
                detached = true;
                connection.close();
                return;
            }
            out.write(passed, 0, n);
        }
        connection.closeOutput();
    }

    /** Copies the process's output until it ends. Returns whether the user detached. */
    public boolean output(boolean stdout, boolean stderr) throws IOException {
        try {
            copy(body, terminal, stdout ? cli.out() : null, stderr ? cli.err() : null);
        } catch (IOException e) {
            if (!detached) throw e;
        } finally {
            restore();
        }
        return detached;
    }

    private void restore() {
        Tty tty = raw;
        if (tty != null) tty.close();
        raw = null;
    }

    /**
     * Copies output: a plain stream, or frames of a stream number, three zeros, a length of four bytes and as many bytes.
     * Everything read so far is printed before more is waited for.
     */
    public static void copy(InputStream in, boolean plain, @Nullable Output out, @Nullable Output err)
            throws IOException {
        byte[] buffer = new byte[32 * 1024];
        if (plain) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) show(out, buffer, n);
            return;
        }
        byte[] head = new byte[8];
        while (true) {
            int got = in.readNBytes(head, 0, 8);
            if (got == 0) return;
            if (got < 8) throw new EOFException("the engine ended the stream in the middle of a frame");
            int stream = head[0] & 0xff;
            long left = (head[4] & 0xffL) << 24 | (head[5] & 0xff) << 16 | (head[6] & 0xff) << 8 | head[7] & 0xff;
            if (stream > SYSTEM_ERROR) throw new IOException("the engine sent a frame of an unknown stream: " + stream);
            if (stream == SYSTEM_ERROR) throw failure(in, left);
            Output target = stream == STDERR ? err : out;
            while (left > 0) {
                int n = in.read(buffer, 0, (int) Math.min(left, buffer.length));
                if (n < 0) throw new EOFException("the engine ended the stream in the middle of a frame");
                show(target, buffer, n);
                left -= n;
            }
        }
    }

    private static CliException failure(InputStream in, long length) throws IOException {
        byte[] words = in.readNBytes((int) Math.min(length, 64 * 1024));
        return new CliException(
                "error from daemon in stream: " + new String(words, java.nio.charset.StandardCharsets.UTF_8));
    }

    private static void show(@Nullable Output target, byte[] bytes, int length) throws IOException {
        if (target == null) return;
        target.write(bytes, 0, length);
        target.flush();
    }

    @Override
    public void close() throws IOException {
        restore();
        connection.close();
    }
}
