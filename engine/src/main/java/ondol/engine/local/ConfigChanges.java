package ondol.engine.local;

import io.avaje.jsonb.Jsonb;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import ondol.engine.ContainerConfig;
import ondol.engine.ContainerConfigBuilder;
import ondol.engine.EngineException;
import org.jspecify.annotations.Nullable;

/**
 * Changes to an image's configuration as {@code commit --change} and {@code import --change} take them: lines of a
 * Dockerfile, of those instructions that change only the configuration.
 */
final class ConfigChanges {
    private static final Jsonb JSON = Jsonb.instance();

    private ConfigChanges() {}

    static ContainerConfig apply(ContainerConfig config, List<String> changes) {
        ContainerConfigBuilder changed = ContainerConfigBuilder.builder(config);
        for (String change : changes) {
            String line = change.strip();
            int space = line.indexOf(' ');
            String instruction = (space < 0 ? line : line.substring(0, space)).toUpperCase(Locale.ROOT);
            String rest = space < 0 ? "" : line.substring(space + 1).strip();
            ContainerConfig now = changed.build();
            switch (instruction) {
                case "CMD" -> changed.cmd(command(rest));
                case "ENTRYPOINT" -> changed.entrypoint(command(rest));
                case "USER" -> changed.user(rest);
                case "WORKDIR" -> changed.workingDir(rest);
                case "STOPSIGNAL" -> changed.stopSignal(rest);
                case "ENV" -> changed.env(environment(now.env(), pairs(rest, change)));
                case "LABEL" -> changed.labels(merged(now.labels(), pairs(rest, change)));
                case "EXPOSE" -> changed.exposedPorts(keys(now.exposedPorts(), words(rest), true));
                case "VOLUME" ->
                    changed.volumes(keys(now.volumes(), rest.startsWith("[") ? list(rest) : words(rest), false));
                case "ONBUILD" -> {
                    List<String> triggers = new ArrayList<>(Objects.requireNonNullElse(now.onBuild(), List.of()));
                    triggers.add(rest);
                    changed.onBuild(triggers);
                }
                default -> throw EngineException.invalid("%s is not a valid change command".formatted(instruction));
            }
        }
        return changed.build();
    }

    /** A JSON list as it is; anything else is a line for the shell. */
    private static List<String> command(String rest) {
        return rest.startsWith("[") ? list(rest) : List.of("/bin/sh", "-c", rest);
    }

    private static List<String> list(String json) {
        try {
            return JSON.type(String.class).list().fromJson(json);
        } catch (RuntimeException e) {
            throw EngineException.invalid("not a JSON list of texts: " + json);
        }
    }

    private static List<String> words(String rest) {
        return List.of(rest.split("\\s+"));
    }

    /** {@code A=b C="d e"} or, old, {@code A b c}. */
    private static Map<String, String> pairs(String rest, String change) {
        Map<String, String> pairs = new LinkedHashMap<>();
        List<String> words = quotedWords(rest);
        if (!words.isEmpty() && !words.getFirst().contains("=")) {
            if (words.size() < 2) {
                throw EngineException.invalid("%s must have two arguments".formatted(change));
            }
            int space = rest.indexOf(' ');
            return Map.of(rest.substring(0, space), rest.substring(space + 1).strip());
        }
        for (String word : words) {
            int equals = word.indexOf('=');
            if (equals <= 0) {
                throw EngineException.invalid(
                        "Syntax error - can't find = in \"%s\". Must be of the form: name=value".formatted(word));
            }
            pairs.put(word.substring(0, equals), word.substring(equals + 1));
        }
        return pairs;
    }

    private static List<String> quotedWords(String text) {
        List<String> words = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        char quote = 0;
        boolean inWord = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\' && quote != '\'' && i + 1 < text.length()) {
                word.append(text.charAt(++i));
                inWord = true;
            } else if (quote != 0) {
                if (c == quote) {
                    quote = 0;
                } else {
                    word.append(c);
                }
            } else if (c == '"' || c == '\'') {
                quote = c;
                inWord = true;
            } else if (Character.isWhitespace(c)) {
                if (inWord) {
                    words.add(word.toString());
                    word.setLength(0);
                    inWord = false;
                }
            } else {
                word.append(c);
                inWord = true;
            }
        }
        if (inWord) {
            words.add(word.toString());
        }
        return words;
    }

    private static List<String> environment(@Nullable List<String> now, Map<String, String> pairs) {
        List<String> environment = new ArrayList<>(now == null ? List.of() : now);
        pairs.forEach((name, value) -> {
            environment.removeIf(variable -> variable.startsWith(name + "="));
            environment.add(name + "=" + value);
        });
        return environment;
    }

    private static Map<String, String> merged(@Nullable Map<String, String> now, Map<String, String> pairs) {
        Map<String, String> merged = new LinkedHashMap<>(now == null ? Map.of() : now);
        merged.putAll(pairs);
        return merged;
    }

    private static Map<String, Map<String, String>> keys(
            @Nullable Map<String, Map<String, String>> now, List<String> added, boolean ports) {
        Map<String, Map<String, String>> keys = new LinkedHashMap<>(now == null ? Map.of() : now);
        for (String key : added) {
            keys.put(ports && !key.contains("/") ? key + "/tcp" : key, Map.of());
        }
        return keys;
    }
}
