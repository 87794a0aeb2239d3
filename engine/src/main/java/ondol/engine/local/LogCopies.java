package ondol.engine.local;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import ondol.engine.EngineException;
import ondol.engine.logs.JournalForm;
import ondol.engine.logs.JsonLogWriter;
import ondol.engine.logs.LineFollower;
import ondol.engine.logs.LogForwarder;
import ondol.engine.logs.LogSignal;
import ondol.engine.logs.LogWire;
import ondol.engine.logs.MessageForm;
import ondol.engine.logs.SyslogForm;
import ondol.engine.spec.LogChoice;
import ondol.engine.spec.SyslogChoice;
import ondol.image.tls.TlsFiles;
import ondol.linux.keeper.Minder;

/**
 * What becomes of output besides its being kept: files by {@code --log-driver json-file}, messages to servers by {@code
 * syslog} and {@code journald}. Each container that runs and has one of these has a virtual thread here.
 */
final class LogCopies {
    private static final System.Logger LOG = System.getLogger(LogCopies.class.getName());
    private static final Path JOURNAL = Path.of("/run/systemd/journal/socket");
    private static final List<Path> SYSLOG_SOCKETS =
            List.of(Path.of("/dev/log"), Path.of("/var/run/syslog"), Path.of("/var/run/log"));
    private static final String FORWARDED = "forwarded";

    private final String hostname;
    private final Map<Container, Writing> running = new ConcurrentHashMap<>();

    /** @param hostname of this machine, which messages say */
    LogCopies(String hostname) {
        this.hostname = hostname;
    }

    /** One run's writer, and the thread that it has. */
    private record Writing(LineFollower writer, LogSignal signal, Thread thread) {}

    /** Where a container's output is found by other programs, as Docker names it. */
    static Path file(Path folder, String id) {
        return folder.resolve(id + "-json.log");
    }

    /**
     * A container runs, newly or since before this engine: its output is written from where its file ends. Of one that does
     * not run what an earlier engine left is written.
     */
    void begin(Container container) {
        ContainerRecord record = container.record();
        LogChoice choice = LogChoice.of(record.host().logConfig());
        if (!choice.driver().equals(LogChoice.JSON_FILE) && !choice.forwarded()) {
            return;
        }
        Minder minder = container.minder();
        LineFollower writer = choice.forwarded() ? forwarder(container, choice) : file(container, choice);
        LogSignal signal = minder == null ? ended() : container.signal();
        container.readers.enter(); // its folder stays, and its minder tells of output
        container.reads(writer, 1);
        if (minder != null) {
            minder.watch(1, 0);
        }
        Writing before = running.get(container);
        Thread thread = Thread.ofVirtual().name("ondol-log-copy").unstarted(() -> {
            try {
                if (before != null) {
                    before.thread().join(); // two would write into one file
                }
                writer.run(signal, number -> container.reads(writer, number));
            } catch (IOException e) {
                LOG.log(Level.WARNING, "the output of {0} is not copied any more: {1}", container.id(), e.getMessage());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } finally {
                leave(container, writer);
            }
        });
        running.put(container, new Writing(writer, signal, thread));
        thread.start();
    }

    private static JsonLogWriter file(Container container, LogChoice choice) {
        return new JsonLogWriter(
                container.logs(),
                file(container.folder(), container.id()),
                choice.maxSize(),
                choice.maxFiles(),
                choice.compress(),
                LogTags.attributes(container.record(), choice.options()));
    }

    private LogForwarder forwarder(Container container, LogChoice choice) {
        ContainerRecord record = container.record();
        return new LogForwarder(
                container.logs(),
                container.folder().resolve(FORWARDED),
                "%s of %s".formatted(choice.driver(), container.id()),
                form(record, choice),
                opening(choice));
    }

    private MessageForm form(ContainerRecord record, LogChoice choice) {
        String tag = LogTags.tag(record, choice.options().getOrDefault("tag", ""));
        if (choice.driver().equals(LogChoice.JOURNALD)) {
            Map<String, String> fields = new TreeMap<>();
            LogTags.chosen(record, choice.options()).forEach((key, value) -> {
                String name = JournalForm.name(key);
                if (!name.isEmpty()) {
                    fields.put(name, value);
                }
            });
            fields.put("CONTAINER_ID", record.id().substring(0, 12));
            fields.put("CONTAINER_ID_FULL", record.id());
            fields.put("CONTAINER_NAME", record.name());
            fields.put("CONTAINER_TAG", tag);
            fields.put("IMAGE_NAME", record.imageName());
            fields.put("SYSLOG_IDENTIFIER", tag);
            return new JournalForm(fields);
        }
        SyslogChoice syslog = SyslogChoice.of(choice.options());
        SyslogForm.Style style = switch (syslog.format()) {
            case "rfc3164" -> SyslogForm.Style.RFC3164;
            case "rfc5424" -> SyslogForm.Style.RFC5424;
            case "rfc5424micro" -> SyslogForm.Style.RFC5424_MICRO;
            default -> SyslogForm.Style.LOCAL;
        };
        return new SyslogForm(
                style,
                syslog.counted(),
                syslog.facility(),
                tag,
                hostname,
                ProcessHandle.current().pid());
    }

    private static LogWire.Opening opening(LogChoice choice) {
        if (choice.driver().equals(LogChoice.JOURNALD)) {
            return () -> LogWire.unix(JOURNAL);
        }
        SyslogChoice syslog = SyslogChoice.of(choice.options());
        TlsFiles tls = syslog.tls();
        if (tls != null) {
            return () -> LogWire.tls(syslog.host(), syslog.port(), tls);
        }
        return switch (syslog.transport()) {
            case "udp" -> () -> LogWire.udp(syslog.host(), syslog.port());
            case "tcp" -> () -> LogWire.tcp(syslog.host(), syslog.port());
            default ->
                () -> LogWire.unix(
                        syslog.host().isEmpty()
                                ? SYSLOG_SOCKETS.stream()
                                        .filter(Files::exists)
                                        .findFirst()
                                        .orElse(SYSLOG_SOCKETS.getFirst())
                                : Path.of(syslog.host()));
        };
    }

    /**
     * Whether the files that a driver needs make sense, for a container that is made.
     *
     * @throws EngineException {@code INVALID} naming one that does not
     */
    static void checkFiles(LogChoice choice) {
        TlsFiles tls = choice.driver().equals(LogChoice.SYSLOG)
                ? SyslogChoice.of(choice.options()).tls()
                : null;
        if (tls == null) {
            return;
        }
        try {
            tls.context();
        } catch (IOException e) {
            throw new EngineException(EngineException.Kind.INVALID, "syslog over TLS: " + e.getMessage(), e);
        }
    }

    /**
     * Whether the server that a container's output is to go to is there.
     *
     * @throws EngineException {@code FAILED} where it is not, in Docker's words
     */
    static void check(ContainerRecord record) {
        LogChoice choice = LogChoice.of(record.host().logConfig());
        if (!choice.forwarded()) {
            return;
        }
        if (choice.driver().equals(LogChoice.JOURNALD) && !Files.exists(JOURNAL)) {
            throw new EngineException(
                    EngineException.Kind.FAILED,
                    "failed to initialize logging driver: journald is not enabled on this host");
        }
        try (LogWire wire = opening(choice).open()) {
            LOG.log(Level.TRACE, "{0} answers", wire);
        } catch (IOException e) {
            throw new EngineException(
                    EngineException.Kind.FAILED,
                    "failed to initialize logging driver: %s: %s".formatted(choice.driver(), e.getMessage()),
                    e);
        }
    }

    private static LogSignal ended() {
        LogSignal signal = new LogSignal();
        signal.end();
        return signal;
    }

    private void leave(Container container, LineFollower writer) {
        running.computeIfPresent(container, (_, now) -> now.writer() == writer ? null : now);
        container.reads(writer, 0);
        Minder minder = container.minder();
        if (container.readers.leave() && minder != null) {
            minder.unwatch();
        }
    }

    /** Stops, for the next engine to go on. */
    void close() {
        for (Writing writing : running.values()) {
            writing.writer().close();
            writing.signal().appended();
            try {
                if (!writing.thread().join(java.time.Duration.ofSeconds(5))) {
                    writing.thread().interrupt(); // it waits for a server that reads nothing
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
