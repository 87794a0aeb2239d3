package ondol.engine.local;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import ondol.engine.EngineException;
import ondol.engine.LogConfig;
import ondol.engine.logs.JsonLogWriter;
import ondol.engine.logs.LogSignal;
import ondol.engine.spec.LogChoice;
import ondol.linux.keeper.Minder;
import org.jspecify.annotations.Nullable;

/** The files of containers with {@code --log-driver json-file}: a virtual thread for each that runs writes its. */
final class JsonLogs {
    private static final System.Logger LOG = System.getLogger(JsonLogs.class.getName());

    private final Map<Container, Writing> running = new ConcurrentHashMap<>();

    /** One run's writer, and the thread that it has. */
    private record Writing(JsonLogWriter writer, LogSignal signal, Thread thread) {}

    /** Where a container's output is found by other programs, as Docker names it. */
    static Path file(Path folder, String id) {
        return folder.resolve(id + "-json.log");
    }

    /**
     * A container runs, newly or since before this engine: its output is written from where its file ends. Of one that does
     * not run what an earlier engine left is written.
     */
    void begin(Container container) {
        LogConfig config = container.record().host().logConfig();
        if (config == null || !LogChoice.JSON_FILE.equals(config.type())) {
            return;
        }
        LogChoice choice = LogChoice.of(config);
        Minder minder = container.minder();
        JsonLogWriter writer = new JsonLogWriter(
                container.logs(),
                file(container.folder(), container.id()),
                choice.maxSize(),
                choice.maxFiles(),
                choice.compress(),
                attributes(container.record(), choice.options()));
        LogSignal signal = minder == null ? ended() : container.signal();
        container.readers.enter(); // its folder stays, and its minder tells of output
        container.reads(writer, 1);
        if (minder != null) {
            minder.watch(1, 0);
        }
        Writing before = running.get(container);
        Thread thread = Thread.ofVirtual().name("ondol-json-log").unstarted(() -> {
            try {
                if (before != null) {
                    before.thread().join(); // two would write into one file
                }
                writer.run(signal, number -> container.reads(writer, number));
            } catch (IOException e) {
                LOG.log(Level.WARNING, "the log file of {0} is not written: {1}", container.id(), e.getMessage());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } finally {
                leave(container, writer);
            }
        });
        running.put(container, new Writing(writer, signal, thread));
        thread.start();
    }

    private static LogSignal ended() {
        LogSignal signal = new LogSignal();
        signal.end();
        return signal;
    }

    private void leave(Container container, JsonLogWriter writer) {
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
                writing.thread().join(java.time.Duration.ofSeconds(5));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** What each line is to say of the container: by {@code labels}, {@code env} and {@code tag}. */
    static Map<String, String> attributes(ContainerRecord record, Map<String, String> options) {
        Map<String, String> attributes = new TreeMap<>();
        Map<String, String> labels =
                record.config().labels() == null ? Map.of() : record.config().labels();
        choose(labels, options.get("labels"), options.get("labels-regex"), attributes);
        Map<String, String> environment = new TreeMap<>();
        if (record.config().env() != null) {
            for (String variable : record.config().env()) {
                int equals = variable.indexOf('=');
                if (equals > 0) {
                    environment.put(variable.substring(0, equals), variable.substring(equals + 1));
                }
            }
        }
        choose(environment, options.get("env"), options.get("env-regex"), attributes);
        String tag = options.get("tag");
        if (tag != null && !tag.isEmpty()) {
            attributes.put("tag", tag(record, tag));
        }
        return attributes;
    }

    private static void choose(
            Map<String, String> from, @Nullable String names, @Nullable String pattern, Map<String, String> to) {
        for (String name : names == null ? new String[0] : names.split(",")) {
            if (from.containsKey(name)) {
                to.put(name, from.get(name));
            }
        }
        if (pattern != null && !pattern.isEmpty()) {
            Pattern matched = pattern(pattern);
            from.forEach((name, value) -> {
                if (matched.matcher(name).find()) {
                    to.put(name, value);
                }
            });
        }
    }

    private static Pattern pattern(String text) {
        try {
            return Pattern.compile(text);
        } catch (PatternSyntaxException e) {
            throw new EngineException(EngineException.Kind.INVALID, "no pattern of a log option: " + text, e);
        }
    }

    private static String tag(ContainerRecord record, String template) {
        String image = record.imageId().substring(record.imageId().indexOf(':') + 1);
        Map<String, String> words = Map.of(
                "{{.ID}}", record.id().substring(0, 12),
                "{{.FullID}}", record.id(),
                "{{.Name}}", record.name(),
                "{{.ImageID}}", image.substring(0, Math.min(12, image.length())),
                "{{.ImageFullID}}", record.imageId(),
                "{{.ImageName}}", record.imageName(),
                "{{.DaemonName}}", "ondol");
        String text = template;
        for (Map.Entry<String, String> word : words.entrySet()) {
            text = text.replace(word.getKey(), word.getValue());
        }
        if (text.contains("{{")) {
            throw EngineException.invalid("the log option tag knows %s only: %s"
                    .formatted(String.join(", ", new TreeMap<>(words).keySet()), template));
        }
        return text;
    }
}
