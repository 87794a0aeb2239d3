package ondol.docker;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import ondol.engine.EngineException;
import org.jspecify.annotations.Nullable;

/**
 * The {@code filters} parameter: words, each with values of which one has to fit. On the wire {@code {"label":["a=b"]}},
 * or the older {@code {"label":{"a=b":true}}}.
 */
record Filters(Map<String, List<String>> values) {
    static Filters parse(@Nullable String json) {
        Map<String, List<String>> values = new HashMap<>();
        if (json != null) {
            if (!(Json.read(Object.class, json.getBytes(StandardCharsets.UTF_8)) instanceof Map<?, ?> words)) {
                throw EngineException.invalid("invalid filter: it has to be a JSON object");
            }
            words.forEach((word, value) -> values.put(String.valueOf(word), list(value)));
        }
        return new Filters(values);
    }

    private static List<String> list(@Nullable Object value) {
        List<String> list = new ArrayList<>();
        switch (value) {
            case List<?> items -> items.forEach(item -> list.add(String.valueOf(item)));
            case Map<?, ?> set ->
                set.forEach((item, on) -> {
                    if (Boolean.TRUE.equals(on)) {
                        list.add(String.valueOf(item));
                    }
                });
            case null, default -> throw EngineException.invalid("invalid filter: values have to be a list or a set");
        }
        return list;
    }

    /** @throws EngineException {@code INVALID} for a filter with another word than these */
    Filters only(Set<String> known) {
        for (String word : values.keySet()) {
            if (!known.contains(word)) {
                throw EngineException.invalid("invalid filter '" + word + "'");
            }
        }
        return this;
    }

    boolean has(String word) {
        return !get(word).isEmpty();
    }

    List<String> get(String word) {
        return values.getOrDefault(word, List.of());
    }

    /** Whether nothing is asked of this word, or one of its values fits. */
    boolean any(String word, Predicate<String> fits) {
        List<String> wanted = get(word);
        return wanted.isEmpty() || wanted.stream().anyMatch(fits);
    }

    /** Whether all labels that are asked for ({@code key} or {@code key=value}) are there, and none that must not be. */
    boolean labels(@Nullable Map<String, String> labels) {
        Map<String, String> have = labels == null ? Map.of() : labels;
        return get("label").stream().allMatch(wanted -> hasLabel(have, wanted))
                && get("label!").stream().noneMatch(unwanted -> hasLabel(have, unwanted));
    }

    private static boolean hasLabel(Map<String, String> labels, String wanted) {
        int equals = wanted.indexOf('=');
        return equals < 0
                ? labels.containsKey(wanted)
                : wanted.substring(equals + 1).equals(labels.get(wanted.substring(0, equals)));
    }

    /** A yes or no; the default where nothing is said. */
    boolean flag(String word, boolean missing) {
        List<String> said = get(word);
        if (said.isEmpty()) {
            return missing;
        }
        return switch (said.getFirst()) {
            case "1", "true", "True", "TRUE", "t" -> true;
            case "0", "false", "False", "FALSE", "f" -> false;
            default -> throw EngineException.invalid("invalid filter '" + word + "=" + said.getFirst() + "'");
        };
    }

    /** A filter's value as a number. */
    static int number(String word, String value) {
        try {
            return Integer.parseInt(value);
        } catch (NumberFormatException e) {
            throw new EngineException(EngineException.Kind.INVALID, "invalid filter '" + word + "=" + value + "'", e);
        }
    }
}
