package ondol.engine.local;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import ondol.engine.ContainerConfig;
import ondol.engine.ContainerDetails.Status;
import ondol.engine.Health;
import ondol.engine.Healthcheck;
import ondol.engine.RestartPolicy;
import org.jspecify.annotations.Nullable;

/**
 * Asks running containers whether they are well, by Docker's rules: the command runs in the container, a timer starts
 * it, and a worker waits for its end; between two checks a container costs an entry in the timer's queue. What is known
 * goes into the record, so that the next engine goes on from there.
 */
final class HealthChecks {
    private static final System.Logger LOG = System.getLogger(HealthChecks.class.getName());
    private static final long SECOND = 1_000_000_000;
    private static final long INTERVAL = 30 * SECOND;
    private static final long TIMEOUT = 30 * SECOND;
    private static final long START_INTERVAL = 5 * SECOND;
    private static final int RETRIES = 3;

    private final House house;
    private final LocalExecs execs;
    private final Stopping stopping;
    private final Map<Container, Future<?>> next = new ConcurrentHashMap<>();

    HealthChecks(House house, LocalExecs execs, Stopping stopping) {
        this.house = house;
        this.execs = execs;
        this.stopping = stopping;
    }

    /** What is known of a container's health when it starts; null where nobody asks. */
    static @Nullable Health atStart(ContainerRecord record) {
        Health before = record.health();
        return asks(record.config()) ? Health.starting(before == null ? List.of() : before.log()) : null;
    }

    /** What is left of it after the end: unhealthy, as Docker has it for what does not run. */
    static @Nullable Health atEnd(ContainerRecord record) {
        Health last = record.health();
        return last == null ? null : last.as(Health.Status.UNHEALTHY);
    }

    private static boolean asks(ContainerConfig config) {
        Healthcheck check = config.healthcheck();
        List<String> test = check == null ? null : check.test();
        return test != null && test.size() > 1 && !test.getFirst().equals("NONE");
    }

    /** A container runs, newly or since before this engine: it will be asked until it ends. */
    void begin(Container container) {
        Health health = container.record().health();
        if (health == null || !asks(container.record().config())) {
            return;
        }
        container.wasHealthy(health.status() == Health.Status.HEALTHY);
        if (health.status() == Health.Status.UNHEALTHY) {
            unwell(container); // its engine was killed before it had done it
        }
        plan(container, container.run());
    }

    /** It has ended. */
    void end(Container container) {
        Future<?> planned = next.remove(container);
        if (planned != null) {
            planned.cancel(false);
        }
    }

    private void plan(Container container, Object run) {
        ContainerRecord record = container.record();
        Healthcheck check = record.config().healthcheck();
        if (check == null || !goesOn(container, run)) {
            return;
        }
        Future<?> planned = house.after(pause(record, check), TimeUnit.NANOSECONDS, () -> check(container, run));
        next.put(container, planned);
        if (!goesOn(container, run)) {
            planned.cancel(false); // ended meanwhile
            next.remove(container, planned);
        }
    }

    private static boolean goesOn(Container container, Object run) {
        return container.isRun(run) && container.running();
    }

    /** Nanoseconds until the next check: fewer while the container is given time to become well. */
    private static long pause(ContainerRecord record, Healthcheck check) {
        Health health = record.health();
        boolean starting = health != null && health.status() == Health.Status.STARTING;
        return starting && Container.now() - record.started() < said(check.startPeriod(), 0)
                ? said(check.startInterval(), START_INTERVAL)
                : said(check.interval(), INTERVAL);
    }

    private static long said(@Nullable Long value, long missing) {
        return value == null || value == 0 ? missing : value;
    }

    private void check(Container container, Object run) {
        try {
            if (container.record().status() == Status.RUNNING && goesOn(container, run)) {
                ask(container, run);
            }
        } catch (RuntimeException e) {
            LOG.log(Level.WARNING, "the health of {0} could not be checked: {1}", container.id(), e.getMessage());
        } finally {
            plan(container, run);
        }
    }

    private void ask(Container container, Object run) {
        ContainerConfig config = container.record().config();
        Healthcheck check = Objects.requireNonNull(config.healthcheck());
        long timeout = said(check.timeout(), TIMEOUT);
        Health.Result result = execs.probe(container, command(config, check), timeout, words(timeout));
        if (goesOn(container, run) && !execs.closing()) {
            heard(container, check, result);
        }
    }

    private static List<String> command(ContainerConfig config, Healthcheck check) {
        List<String> test = Objects.requireNonNull(check.test());
        if (test.getFirst().equals("CMD")) {
            return test.subList(1, test.size());
        }
        List<String> shell =
                config.shell() == null || config.shell().isEmpty() ? List.of("/bin/sh", "-c") : config.shell();
        return java.util.stream.Stream.concat(shell.stream(), test.stream().skip(1))
                .toList();
    }

    /** One result more: the status changes with a success, or with enough failures in a row. */
    private void heard(Container container, Healthcheck check, Health.Result result) {
        Health before = container.record().health();
        if (before == null) {
            return;
        }
        boolean well = result.exitCode() == 0;
        Instant started = Instant.ofEpochSecond(0, container.record().started());
        boolean spared = before.status() == Health.Status.STARTING
                && Duration.between(started, result.start()).toNanos() < said(check.startPeriod(), 0);
        int streak = well ? 0 : before.failingStreak() + (spared ? 0 : 1);
        int retries = check.retries() == null || check.retries() == 0 ? RETRIES : check.retries();
        Health.Status status =
                well ? Health.Status.HEALTHY : streak >= retries ? Health.Status.UNHEALTHY : before.status();
        Health after = before.after(status, streak, result);
        note(container, before, after);
        container.wasHealthy(container.wasHealthy() || well);
        if (status != before.status()) {
            house.publish(container, "health_status: " + status.name().toLowerCase(java.util.Locale.ROOT));
            if (status == Health.Status.UNHEALTHY) {
                unwell(container);
            }
        }
    }

    /** Into the record's file only what the next engine has to know: writing each result would cost more than it is worth. */
    private static void note(Container container, Health before, Health after) {
        boolean news = before.status() != after.status() || before.failingStreak() != after.failingStreak();
        if (news) {
            container.saveSoon(record -> with(record, after), () -> {});
        } else {
            container.show(record -> with(record, after));
        }
    }

    private static ContainerRecord with(ContainerRecord record, Health health) {
        boolean runs = record.status() == Status.RUNNING || record.status() == Status.PAUSED;
        return runs ? record.change().health(health).build() : record;
    }

    /** By {@code --restart on-unhealthy} it is ended, and the end starts it again. */
    private void unwell(Container container) {
        RestartPolicy policy = container.record().host().restartPolicy();
        if (policy != null && RestartPolicy.ON_UNHEALTHY.equals(policy.name())) {
            Object run = container.run();
            house.later(() -> stopping.stopUnwell(container, run));
        }
    }

    /** As Go prints a duration: {@code 1m30s}, {@code 1.5s}, {@code 100ms}. */
    static String words(long nanoseconds) {
        if (nanoseconds < SECOND) {
            return nanoseconds % 1_000_000 == 0 ? nanoseconds / 1_000_000 + "ms" : nanoseconds / 1e6 + "ms";
        }
        long minutes = nanoseconds / (60 * SECOND);
        double seconds = nanoseconds % (60 * SECOND) / 1e9;
        String rest = (seconds == (long) seconds ? String.valueOf((long) seconds) : String.valueOf(seconds)) + "s";
        String hours = minutes >= 60 ? minutes / 60 + "h" : "";
        return hours + (minutes > 0 ? minutes % 60 + "m" : "") + rest;
    }
}
