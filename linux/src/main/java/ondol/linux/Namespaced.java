package ondol.linux;

import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Work in another network namespace ({@code man 2 setns}, {@code man 7 network_namespaces}). A socket belongs to the
 * namespace it was opened in, for good, whoever uses it later; so opening is all that has to happen there, and the JDK's
 * own channels can be opened so:
 *
 * <pre>{@code
 * DatagramChannel inside = Namespaced.call(namespace, () -> DatagramChannel.open(StandardProtocolFamily.INET)
 *         .bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.11"), 53)));
 * ServerSocketChannel listening = Namespaced.call(namespace, () -> ServerSocketChannel.open(StandardProtocolFamily.INET)
 *         .bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.11"), 53)));
 * }</pre>
 *
 * <p>What such a channel accepts is in its namespace too. Receiving, accepting and closing happen on any thread, also a
 * virtual one. A channel holds its namespace until it is closed.
 */
public final class Namespaced {
    private static final int CLONE_NEWNET = 0x40000000;

    private Namespaced() {}

    /**
     * What is done in the namespace.
     *
     * @param <T> what comes of it
     * @param <X> what it throws
     */
    @FunctionalInterface
    public interface Action<T, X extends Exception> {
        T run() throws X;
    }

    /**
     * Does something in a network namespace, on a platform thread that goes there alone and ends with it. The caller
     * waits, and is not interrupted meanwhile (its interrupt is passed on afterwards): the action must not wait long.
     *
     * @param network a descriptor of {@code /proc/PID/ns/net} or the like; it may be closed afterwards
     * @throws KernelException where the namespace cannot be entered: {@code EBADF} or {@code EINVAL} for a descriptor of
     *     something else, {@code EPERM} without CAP_SYS_ADMIN
     * @throws X what the action throws, as it is
     */
    public static <T, X extends Exception> T call(int network, Action<T, X> action) throws X {
        return Namespaced.<T, X>start(network, action).result();
    }

    /**
     * Begins something in a network namespace, as {@link #call}, while the caller does something else. The result has to be
     * asked for; until then the descriptor stays open.
     */
    public static <T, X extends Exception> Begun<T, X> start(int network, Action<T, X> action) {
        FutureTask<T> task = new FutureTask<>((Callable<T>) () -> {
            Kernel.call(Call.SETNS, "network namespace", network, CLONE_NEWNET);
            return action.run();
        });
        Thread.ofPlatform().name("ondol-in-namespace").daemon().start(task);
        return new Begun<>(task);
    }

    /**
     * What goes on in a namespace.
     *
     * @param <T> what comes of it
     * @param <X> what it throws
     */
    public static final class Begun<T, X extends Exception> {
        private final FutureTask<T> task;

        private Begun(FutureTask<T> task) {
            this.task = task;
        }

        /** What came of it; the caller waits, as in {@link Namespaced#call}. */
        public T result() throws X {
            return Namespaced.<T, X>wait(task);
        }
    }

    private static <T, X extends Exception> T wait(FutureTask<T> task) throws X {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return task.get();
                } catch (InterruptedException e) {
                    // what was opened must not be lost: finish, then pass the interrupt on
                    interrupted = true;
                }
            }
        } catch (ExecutionException e) {
            throw Namespaced.<X>thrown(Objects.requireNonNullElse(e.getCause(), e));
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** The action declares X; whatever else comes out of it is unchecked. */
    @SuppressWarnings("unchecked")
    private static <X extends Exception> X thrown(Throwable cause) {
        if (cause instanceof Error error) {
            throw error;
        }
        if (cause instanceof RuntimeException unchecked) {
            throw unchecked;
        }
        return (X) cause;
    }
}
