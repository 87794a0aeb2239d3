package ondol.network.dns;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * The one thread that serves all sockets ({@code man 7 epoll}, by the JDK's selector). Everything but {@link #execute} and
 * {@link #close} is for that thread alone, so nothing behind it needs a lock.
 */
final class Loop implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Loop.class.getName());
    private static final long LONGEST_WAIT = 60_000;

    /** What a channel belongs to. */
    interface Ready {
        /**
         * Something can be read, written, accepted or connected; it must not wait.
         *
         * @throws IOException where the channel is of no use any more; {@link #broken} follows
         */
        void ready() throws IOException;

        /** Closes what is behind the channel. */
        void broken();
    }

    private final Selector selector;
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final List<Deadlines> deadlines = new ArrayList<>();
    private final Thread thread;
    private volatile boolean closed;

    /** Starts the thread; it lives in the calling thread's network namespace. */
    Loop() throws IOException {
        selector = Selector.open();
        thread = Thread.ofPlatform().daemon().name("ondol-dns").start(this::run);
    }

    /** Lets the thread do something soon; nothing where it has ended. */
    void execute(Runnable task) {
        tasks.add(task);
        selector.wakeup();
    }

    /** Deadlines that the loop watches. */
    Deadlines deadlines(Duration time) {
        Deadlines made = new Deadlines(time);
        execute(() -> deadlines.add(made));
        return made;
    }

    SelectionKey register(SelectableChannel channel, int interest, Ready owner) throws IOException {
        channel.configureBlocking(false);
        return channel.register(selector, interest, owner);
    }

    private void run() {
        try {
            while (!closed) {
                long wait = LONGEST_WAIT;
                for (Deadlines some : deadlines) {
                    wait = some.next(wait);
                }
                if (wait <= 0) {
                    selector.selectNow(Loop::serve);
                } else {
                    selector.select(Loop::serve, wait);
                }
                for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
                    guarded(task);
                }
                for (Deadlines some : deadlines) {
                    guarded(some::run);
                }
            }
        } catch (IOException e) {
            LOG.log(Level.ERROR, "the DNS server's loop has ended", e);
        } finally {
            closeAll();
        }
    }

    private static void serve(SelectionKey key) {
        Ready owner = (Ready) key.attachment();
        try {
            owner.ready();
        } catch (IOException e) {
            owner.broken();
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "a DNS message could not be handled", e);
            owner.broken();
        }
    }

    private static void guarded(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "the DNS server could not do something", e);
        }
    }

    private void closeAll() {
        for (SelectionKey key : List.copyOf(selector.keys())) {
            quietly(key.channel());
        }
        quietly(selector);
    }

    static void quietly(AutoCloseable closed) {
        try {
            closed.close();
        } catch (Exception e) {
            LOG.log(Level.DEBUG, "a socket did not close", e);
        }
    }

    /** Closes all channels and waits until the thread has ended. */
    @Override
    public void close() {
        closed = true;
        selector.wakeup();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
