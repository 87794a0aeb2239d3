package ondol.engine.local;

import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import ondol.engine.EngineException;
import org.jspecify.annotations.Nullable;

/** What a log says of its container, by the options {@code labels}, {@code env} and {@code tag}. */
final class LogTags {
    private static final String SHORT_ID = "{{.ID}}";

    private LogTags() {}

    /**
     * Labels and variables that were chosen, and the tag where there is one.
     *
     * @throws EngineException {@code INVALID} for a pattern or a tag that makes no sense
     */
    static Map<String, String> attributes(ContainerRecord record, Map<String, String> options) {
        Map<String, String> attributes = chosen(record, options);
        String tag = options.get("tag");
        if (tag != null && !tag.isEmpty()) {
            attributes.put("tag", tag(record, tag));
        }
        return attributes;
    }

    /** Labels and variables that were chosen. */
    static Map<String, String> chosen(ContainerRecord record, Map<String, String> options) {
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

    /** @param template empty for the container's short id */
    static String tag(ContainerRecord record, String template) {
        String image = record.imageId().substring(record.imageId().indexOf(':') + 1);
        Map<String, String> words = Map.of(
                SHORT_ID,
                record.id().substring(0, 12),
                "{{.FullID}}",
                record.id(),
                "{{.Name}}",
                record.name(),
                "{{.ImageID}}",
                image.substring(0, Math.min(12, image.length())),
                "{{.ImageFullID}}",
                record.imageId(),
                "{{.ImageName}}",
                record.imageName(),
                "{{.DaemonName}}",
                "ondol");
        String text = template.isEmpty() ? SHORT_ID : template;
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
