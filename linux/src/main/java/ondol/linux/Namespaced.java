package ondol.linux;

import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Supplier;

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
        FutureTask<T> task = new FutureTask<>((Callable<T>) () -> {
            enter(network);
            return action.run();
        });
        Thread.ofPlatform().name("ondol-in-namespace").daemon().start(task);
        return Namespaced.<T, X>wait(task);
    }

    /**
     * Does something in a network namespace on this thread, which comes back. It costs a tenth of {@link #call}. The action
     * must neither wait nor take a lock that somebody else may have: a virtual thread would leave its carrier there.
     *
     * @param network as for {@link #call}
     * @throws KernelException as {@link #call}
     */
    public static <T> T visit(int network, Supplier<T> action) {
        try (Descriptor home = Files.open("/proc/thread-self/ns/net", Files.O_RDONLY | Files.O_CLOEXEC)) {
            enter(network);
            try {
                return action.get();
            } finally {
                enter(home.number());
            }
        }
    }

    private static void enter(int network) {
        Kernel.call(Call.SETNS, "network namespace", network, CLONE_NEWNET);
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
