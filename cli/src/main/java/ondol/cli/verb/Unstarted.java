package ondol.cli.verb;

import java.io.IOException;
import ondol.cli.command.Cli;
import ondol.cli.command.CliException;

/**
 * A container that is made to be started at once. Where a signal ends this command before it has been, the container
 * goes as well: nobody asked for one that does nothing. A signal may come while the engine makes it; then its answer,
 * with the id, is waited for.
 */
final class Unstarted implements AutoCloseable {
    /** How long the engine may take to answer, in milliseconds, once a signal has come. */
    private static final long PATIENCE = 10_000;

    private final Cli cli;
    private final Thread removal = new Thread(this::remove);
    private boolean asking, signalled;
    private String id = "";

    /** The request that makes it, and the answer's reading. */
    interface Making<T> {
        T make() throws IOException;
    }

    /** From now on a signal is looked out for. */
    Unstarted(Cli cli) {
        this.cli = cli;
        try {
            Runtime.getRuntime().addShutdownHook(removal);
        } catch (IllegalStateException e) {
            signalled = true; // it has come already
        }
    }

    /** Asks the engine to make it; once a signal has come, the engine is not asked, or this does not return. */
    <T> T ask(Making<T> making) throws IOException {
        synchronized (this) {
            if (signalled) stop();
            asking = true;
        }
        try {
            return making.make();
        } catch (IOException | RuntimeException e) {
            made("");
            throw e;
        }
    }

    /** The engine's answer has come: it has made a container with this id, or none. */
    synchronized void made(String id) {
        this.id = id;
        asking = false;
        notifyAll();
        if (signalled) stop();
    }

    private void remove() {
        String id;
        synchronized (this) {
            signalled = true;
            long end = System.nanoTime() + PATIENCE * 1_000_000;
            try {
                for (long left = PATIENCE; asking && left > 0; left = (end - System.nanoTime()) / 1_000_000) wait(left);
            } catch (InterruptedException e) {
                return;
            }
            id = this.id;
        }
        if (id.isEmpty()) return;
        try {
            cli.aside("DELETE", "/containers/" + id + "?force=1&v=1");
        } catch (IOException | CliException e) {
            // there is nobody left to be told
        }
    }

    /** Until the process ends, which a signal has asked for. */
    private synchronized void stop() {
        while (true) {
            try {
                wait();
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    /** It was started and has other ways to hear of signals, or could not be: from now on it is left alone. */
    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(removal);
        } catch (IllegalStateException e) {
            // a signal was quicker
        }
    }
}
