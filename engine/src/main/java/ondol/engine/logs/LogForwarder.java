package ondol.engine.logs;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Sends a container's output to a server of logs, a message a line. What the server does not take when it is asked a second
 * time is dropped and counted, as Docker does it; it is still in the log that the minder keeps. A note of how far it went is written beside; after {@code kill -9} of the engine the last messages before
 * may be sent twice.
 */
public final class LogForwarder extends LineFollower {
    private static final System.Logger LOG = System.getLogger(LogForwarder.class.getName());
    /** How many messages are sent between two notes. */
    private static final int BATCH = 256;
    /** How long a server that does not answer is left alone. */
    private static final long PAUSE = Duration.ofSeconds(1).toNanos();

    private final Path note;
    private final String what;
    private final MessageForm form;
    private final LogWire.Opening opening;
    private @Nullable LogWire wire;
    private int sent;
    private long lost;
    private long failed;

    /**
     * @param note the file of how far it went
     * @param what is named where it does not go on: the driver and the container
     */
    public LogForwarder(LogFolder folder, Path note, String what, MessageForm form, LogWire.Opening opening) {
        super(folder);
        this.note = note;
        this.what = what;
        this.form = form;
        this.opening = opening;
    }

    @Override
    LogNote open() throws IOException {
        return LogNote.read(note);
    }

    @Override
    void piece(Line line, byte[] bytes, int from, int to, boolean ended) throws IOException {
        int end = to > from && bytes[to - 1] == '\n' ? to - 1 : to;
        byte[] text = Arrays.copyOfRange(bytes, from, end);
        byte[] message = form.encode(new MessageForm.Message(line.error(), line.time(), text, line.pieces(), ended));
        sent++;
        if (lost > 0 && System.nanoTime() - failed < PAUSE) {
            lost++;
            return;
        }
        try {
            sendTwice(message);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (IOException) new InterruptedIOException().initCause(e);
        }
    }

    private void sendTwice(byte[] message) throws InterruptedException {
        for (int go = 0; ; go++) {
            try {
                LogWire to = wire;
                if (to == null) {
                    to = opening.open();
                    wire = to;
                }
                to.send(message);
                if (lost > 0) {
                    LOG.log(Level.WARNING, "{0}: the server takes messages again; {1} were dropped", what, lost);
                    lost = 0;
                }
                return;
            } catch (IOException e) {
                drop();
                if (go > 0) {
                    if (lost++ == 0) {
                        LOG.log(Level.WARNING, "{0}: messages are dropped: {1}", what, e.getMessage());
                    }
                    failed = System.nanoTime();
                    return;
                }
            }
        }
    }

    private void drop() {
        try {
            LogWire open = wire;
            wire = null;
            if (open != null) {
                open.close();
            }
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "closing a connection that has failed", e);
        }
    }

    @Override
    boolean enough() {
        return sent >= BATCH;
    }

    @Override
    void flush(FrameSource source) throws IOException {
        if (sent > 0) {
            note(source, 0).write(note);
            sent = 0;
        }
    }

    @Override
    void done() {
        drop();
    }
}
