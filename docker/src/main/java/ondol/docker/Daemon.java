package ondol.docker;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import ondol.engine.Engine;
import ondol.engine.Engines;

/** An engine that is served until the process is told to end. */
public final class Daemon {
    private static final System.Logger LOG = System.getLogger(Daemon.class.getName());

    /** How long the end may take, in seconds. */
    private static final long PATIENCE = 30;

    private Daemon() {}

    /**
     * Opens an engine, serves it, and returns after SIGTERM or SIGINT, when everything is closed. Containers go on.
     *
     * @param args see {@link DaemonOptions}
     * @throws ondol.engine.EngineException where the engine cannot be opened
     * @throws IllegalArgumentException for words that are not understood
     * @throws IOException where it cannot be served
     */
    public static void run(String[] args) throws IOException, InterruptedException {
        run(args, options -> Engines.open(options.engine()));
    }

    /** As {@link #run(String[])}, with an engine that is opened otherwise. */
    public static void run(String[] args, Function<DaemonOptions, Engine> open)
            throws IOException, InterruptedException {
        DaemonOptions options = DaemonOptions.parse(args);
        CountDownLatch end = new CountDownLatch(1);
        CountDownLatch closed = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> finish(end, closed), "end"));
        try (Engine engine = open.apply(options);
                DockerServer server = DockerServer.start(engine, options.hosts(), options.access())) {
            LOG.log(System.Logger.Level.INFO, "ready on {0}", String.join(", ", options.hosts()));
            end.await();
            LOG.log(System.Logger.Level.INFO, "ending");
        } finally {
            closed.countDown();
        }
    }

    /** Runs when the process is told to end, which it does when this returns. */
    private static void finish(CountDownLatch end, CountDownLatch closed) {
        end.countDown();
        try {
            if (!closed.await(PATIENCE, TimeUnit.SECONDS)) {
                LOG.log(System.Logger.Level.WARNING, "ended before everything was closed");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
