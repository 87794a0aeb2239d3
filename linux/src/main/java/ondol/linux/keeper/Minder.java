package ondol.linux.keeper;

import java.util.List;
import ondol.linux.Descriptor;
import ondol.linux.Errno;
import ondol.linux.KernelException;
import ondol.linux.SeqPacket;
import ondol.linux.plan.Plan;
import org.jspecify.annotations.Nullable;

/**
 * The engine's side of one minder: what it holds of a container's process. Its messages are read by the one thread of
 * {@link MinderLoop}, which calls the {@link Listener}.
 */
public final class Minder implements AutoCloseable {
    /** Hears what a minder says. Called by the loop's thread: must not wait. */
    public interface Listener {
        /** The log has grown: its newest file reaches to this offset. Said only while {@link #watch} is wanted. */
        void output(int file, long offset);

        /**
         * The process has ended, and all that it wrote is in the log.
         *
         * @param status as of wait(2): the signal in the low 7 bits, the exit code in the next 8
         * @param time nanoseconds since 1970
         */
        void exited(int status, long time);

        /**
         * Output could not be written to the log. Said when that begins, and at the end of the process.
         *
         * @param bytes all that is missing of this run
         * @param error why, such as ENOSPC
         */
        default void dropped(long bytes, int error) {}

        /** The minder is gone without having told an end: somebody killed it, and the process with it. */
        void lost();
    }

    /** Does not care. */
    public static final Listener NOBODY = new Listener() {
        @Override
        public void output(int file, long offset) {}

        @Override
        public void exited(int status, long time) {}

        @Override
        public void lost() {}
    };

    private final SeqPacket socket;
    private final MinderLoop loop;
    private final Listener listener;
    private final int pid;
    private final boolean running;
    private final long time;
    private final @Nullable Descriptor stdin;
    private final @Nullable Descriptor stdout;
    private final @Nullable Descriptor stderr;
    private final @Nullable Descriptor terminal;
    private final @Nullable Descriptor process;
    private volatile boolean watched;
    private boolean ended; // known to the loop's thread
    private boolean closed; // guarded by this

    private Minder(SeqPacket socket, MinderLoop loop, Listener listener, Message hello, List<Descriptor> descriptors) {
        this.socket = socket;
        this.loop = loop;
        this.listener = listener;
        this.pid = hello.pid();
        this.running = hello.value() == 1;
        this.time = hello.time();
        var rest = descriptors.iterator();
        this.stdin = (hello.descriptors() & Message.DESCRIPTOR_STDIN) != 0 ? rest.next() : null;
        this.stdout = (hello.descriptors() & Message.DESCRIPTOR_STDOUT) != 0 ? rest.next() : null;
        this.stderr = (hello.descriptors() & Message.DESCRIPTOR_STDERR) != 0 ? rest.next() : null;
        this.terminal = (hello.descriptors() & Message.DESCRIPTOR_TERMINAL) != 0 ? rest.next() : null;
        this.process = (hello.descriptors() & Message.DESCRIPTOR_PROCESS) != 0 ? rest.next() : null;
    }

    /** What is done before a process passes its gate, while it waits there or is on its way. */
    public interface AtGate {
        void ready(int pid);
    }

    /** Reads what the minder says until the process was executed. */
    static Minder await(SeqPacket socket, Plan plan, MinderLoop loop, Listener listener, AtGate gate) {
        try {
            while (true) {
                SeqPacket.Received received = hear(socket);
                if (received.bytes().length == 0) {
                    throw new PlanFailure(plan.failure(-2, Errno.EPIPE.number()), false, true);
                }
                Message message = Message.decode(received.bytes());
                switch (message.type()) {
                    case READY -> pass(socket, plan, gate, message.pid());
                    case FAILED -> throw failed(plan, message);
                    default -> {
                        Minder made = new Minder(socket, loop, listener, message, received.descriptors());
                        loop.add(made);
                        return made;
                    }
                }
            }
        } catch (RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    private static void pass(SeqPacket socket, Plan plan, AtGate gate, int pid) {
        try {
            gate.ready(pid);
        } catch (RuntimeException e) {
            throw whyNot(socket, plan, e);
        }
        try {
            socket.send(Message.of(Message.Type.OPEN_GATE).encode(), List.of());
        } catch (KernelException e) {
            if (e.errno() != Errno.EPIPE && e.errno() != Errno.ECONNRESET) {
                throw e;
            } // a step has failed meanwhile, and the minder is gone: what it said is still to be heard
        }
    }

    /** A process that is gone has no network to be plugged in: where a step of its plan has failed, that is why. */
    private static RuntimeException whyNot(SeqPacket socket, Plan plan, RuntimeException e) {
        try {
            socket.endSending(); // it does not pass its gate
            for (SeqPacket.Received heard = hear(socket); heard.bytes().length > 0; heard = hear(socket)) {
                heard.descriptors().forEach(Descriptor::close);
                Message message = Message.decode(heard.bytes());
                if (message.type() == Message.Type.FAILED) {
                    PlanFailure failure = failed(plan, message);
                    failure.addSuppressed(e);
                    return failure;
                }
            }
        } catch (KernelException silent) {
            e.addSuppressed(silent);
        }
        return e;
    }

    private static PlanFailure failed(Plan plan, Message message) {
        return new PlanFailure(plan.failure(message.value(), message.error()), plan.executes(message.value()));
    }

    /** A minder that goes without having read all is told of once; what it has said comes after that ({@code man 7 unix}). */
    private static SeqPacket.Received hear(SeqPacket socket) {
        try {
            return socket.receive(Message.SIZE, true);
        } catch (KernelException e) {
            if (e.errno() != Errno.ECONNRESET) {
                throw e;
            }
            return socket.receive(Message.SIZE, true);
        }
    }

    static Minder greet(SeqPacket socket, MinderLoop loop, Listener listener) {
        try {
            SeqPacket.Received received = socket.receive(Message.SIZE, true);
            Minder found = new Minder(socket, loop, listener, Message.decode(received.bytes()), received.descriptors());
            loop.add(found);
            return found;
        } catch (RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    /** The process's id as this engine's namespace sees it. */
    public int pid() {
        return pid;
    }

    /** Whether it ran when the minder was found. */
    public boolean running() {
        return running;
    }

    /** When the minder greeted us, in nanoseconds since 1970: for a new process, when it was executed. */
    public long time() {
        return time;
    }

    /** The pipe into the process's stdin; null where it has none. */
    public @Nullable Descriptor stdin() {
        return stdin;
    }

    /** The pipe out of its stdout; null where the minder writes a log. */
    public @Nullable Descriptor stdout() {
        return stdout;
    }

    /** The pipe out of its stderr; null where the minder writes a log. */
    public @Nullable Descriptor stderr() {
        return stderr;
    }

    /** The master of its terminal; null where it has none. */
    public @Nullable Descriptor terminal() {
        return terminal;
    }

    /** The process itself ({@code man 2 pidfd_open}): never another that got its number. Null once it has ended. */
    public @Nullable Descriptor process() {
        return process;
    }

    /** Asks to be told once the log is beyond this place. */
    public void watch(int file, long offset) {
        watched = true;
        say(Message.watch(file, offset));
    }

    /** No more of that. */
    public void unwatch() {
        watched = false;
    }

    /**
     * Keeps the log's files from this one on, and where there would be more of them than there may be, has the process
     * wait for its output to be taken. 0 is the end of that, as is the engine's. A new process's minder keeps all of it until
     * this is said for the first time.
     */
    public void hold(int file) {
        say(Message.hold(file));
    }

    /** Ends the process's stdin. */
    public void closeStdin() {
        if (stdin != null) {
            stdin.close();
        }
        say(Message.of(Message.Type.CLOSE_STDIN));
    }

    /** The end is recorded: the minder may go. */
    public void forget() {
        say(Message.of(Message.Type.FORGET));
        close();
    }

    private synchronized void say(Message message) {
        if (closed) {
            return;
        }
        try {
            socket.send(message.encode(), List.of());
        } catch (KernelException | IllegalStateException e) {
            // the minder is gone: the loop says so, or has said so, to the listener
        }
    }

    SeqPacket socket() {
        return socket;
    }

    /** Reads one message; false when there will be no more. Called by the loop. */
    boolean hear() {
        SeqPacket.Received received;
        try {
            received = socket.receive(Message.SIZE, false);
        } catch (KernelException e) {
            if (e.errno() == ondol.linux.Errno.EAGAIN) {
                return true;
            }
            received = new SeqPacket.Received(new byte[0], List.of());
        }
        received.descriptors().forEach(Descriptor::close);
        if (received.bytes().length == 0) {
            if (!ended) {
                listener.lost();
            }
            return false;
        }
        Message message = Message.decode(received.bytes());
        switch (message.type()) {
            case OUTPUT -> {
                if (watched) {
                    watch(message.file(), message.offset());
                }
                listener.output(message.file(), message.offset());
            }
            case EXITED -> {
                ended = true;
                listener.output(message.file(), message.offset());
                listener.exited(message.value(), message.time());
            }
            case LOST -> listener.dropped(message.offset(), message.error());
            default -> {}
        }
        return true;
    }

    /** Lets go of the minder, which stays with its container. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        loop.remove(this);
        for (Descriptor end : new @Nullable Descriptor[] {stdin, stdout, stderr, terminal, process}) {
            if (end != null) {
                end.close();
            }
        }
    }
}
