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
 * A client at a container's streams. The output is read from the log, which the minder writes: a client that comes before
 * the start misses nothing, and a slow one is nobody's matter until it is as far behind as the log is long. Then the
 * container waits for it, because what an attached client gets is what the container wrote, all of it.
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
        return watched(container, LogReader.raw(container.logs(), from, container.signal()), from, true);
    }

    /**
     * Has the minder tell of new output as long as somebody reads.
     *
     * @param all whether the container has to wait rather than that this reader misses something
     */
    static OutputReader watched(Container container, LogReader reader, LogPosition from, boolean all) {
        container.readers.enter();
        Watched watched = new Watched(container, reader, all);
        watched.tell();
        Minder minder = container.minder();
        if (minder != null) {
            minder.watch(from.number(), from.offset());
        }
        return watched;
    }

    /** A reader that the minder is told of. */
    private static final class Watched implements OutputReader {
        private final Container container;
        private final LogReader reader;
        private final boolean all;
        private int file;
        private boolean closed; // guarded by this

        Watched(Container container, LogReader reader, boolean all) {
            this.container = container;
            this.reader = reader;
            this.all = all;
        }

        @Override
        public @Nullable Output next() throws InterruptedException {
            Output output = reader.next();
            tell();
            return output;
        }

        @Override
        public @Nullable Output poll() {
            Output output = reader.poll();
            tell();
            return output;
        }

        /** The minder has to know which files this reader has done with. */
        void tell() {
            if (all && reader.file() != file) {
                synchronized (this) {
                    if (!closed) {
                        file = reader.file();
                        container.reads(this, file);
                    }
                }
            }
        }

        @Override
        public synchronized void close() {
            reader.close();
            if (!closed && all) {
                container.reads(this, 0);
            }
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
        public @Nullable Output poll() {
            while (true) {
                Output output = reader.poll();
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
