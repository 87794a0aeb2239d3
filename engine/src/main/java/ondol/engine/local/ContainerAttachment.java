package ondol.engine.local;

import java.io.IOException;
import java.util.concurrent.ExecutionException;
import ondol.engine.AttachOptions;
import ondol.engine.Attachment;
import ondol.engine.EngineException;
import ondol.engine.Output;
import ondol.engine.OutputReader;
import ondol.engine.logs.LogPosition;
import ondol.engine.logs.LogReader;
import ondol.linux.Descriptor;
import ondol.linux.keeper.Minder;
import org.jspecify.annotations.Nullable;

/**
 * A client at a container's streams. The output is read from the log, which the minder writes: a slow client holds up
 * nobody, and one that comes before the start misses nothing.
 */
final class ContainerAttachment implements Attachment {
    private final Container container;
    private final AttachOptions options;
    private final OutputReader output;
    private @Nullable Descriptor input; // used by the one thread that writes
    private boolean inputGone;

    ContainerAttachment(Container container, AttachOptions options) {
        this.container = container;
        this.options = options;
        try {
            LogPosition from =
                    options.logs() ? LogPosition.START : container.logs().end();
            this.output = new Chosen(follow(container, from, options.stream()), options);
        } catch (IOException e) {
            throw new EngineException(EngineException.Kind.FAILED, "cannot read the log: " + e.getMessage(), e);
        }
    }

    /** Reads from a place on, and as the run goes on where asked. */
    private static OutputReader follow(Container container, LogPosition from, boolean stream) {
        if (!stream) {
            return LogReader.raw(container.logs(), from, null);
        }
        return watched(container, LogReader.raw(container.logs(), from, container.signal()), from);
    }

    /** Has the minder tell of new output as long as somebody reads. */
    static OutputReader watched(Container container, OutputReader reader, LogPosition from) {
        container.readers.enter();
        Minder minder = container.minder();
        if (minder != null) {
            minder.watch(from.number(), from.offset());
        }
        return new Watched(container, reader);
    }

    /** A reader that the minder is told of. */
    private static final class Watched implements OutputReader {
        private final Container container;
        private final OutputReader reader;
        private boolean closed;

        Watched(Container container, OutputReader reader) {
            this.container = container;
            this.reader = reader;
        }

        @Override
        public @Nullable Output next() throws InterruptedException {
            return reader.next();
        }

        @Override
        public synchronized void close() {
            reader.close();
            if (!closed && container.readers.leave()) {
                Minder minder = container.minder();
                if (minder != null) {
                    minder.unwatch();
                }
            }
            closed = true;
        }
    }

    /** Leaves out the stream that was not asked for. */
    private record Chosen(OutputReader reader, AttachOptions options) implements OutputReader {
        @Override
        public @Nullable Output next() throws InterruptedException {
            while (true) {
                Output output = reader.next();
                if (output == null || (output.error() ? options.stderr() : options.stdout())) {
                    return output;
                }
            }
        }

        @Override
        public void close() {
            reader.close();
        }
    }

    @Override
    public boolean tty() {
        return Boolean.TRUE.equals(container.record().config().tty());
    }

    @Override
    public OutputReader output() {
        return output;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
        if (!options.stdin() || inputGone) {
            return;
        }
        try {
            Descriptor to = input();
            if (to == null || !Nonblocking.write(to, bytes, offset, length)) {
                inputGone = true;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Our own copy of the way in; waits for the start of a container that does not run yet. Null where there is none. */
    private @Nullable Descriptor input() throws InterruptedException {
        if (input == null) {
            try {
                Minder minder = container.started().get();
                Descriptor way = minder.terminal() != null ? minder.terminal() : minder.stdin();
                input = way == null ? null : Nonblocking.copy(way);
            } catch (ExecutionException | IllegalStateException e) {
                return null; // it has ended
            }
        }
        return input;
    }

    @Override
    public void closeStdin() {
        if (!options.stdin()
                || tty()
                || !Boolean.TRUE.equals(container.record().config().stdinOnce())) {
            return;
        }
        try {
            Minder minder = container.started().get();
            closeInput();
            minder.closeStdin();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            // never started: nothing to close
        }
    }

    private void closeInput() {
        if (input != null) {
            input.close();
        }
        inputGone = true;
    }

    @Override
    public void close() {
        output.close();
        closeInput();
    }
}
