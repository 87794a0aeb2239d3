package ondol.image;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import ondol.linux.Names;
import ondol.oci.image.ExecutionConfig;
import ondol.oci.image.HealthConfig;
import ondol.oci.image.ImageJson;
import org.jspecify.annotations.Nullable;

/**
 * Changes a configuration by lines of a Dockerfile, as {@code docker commit --change} and {@code docker import --change}
 * take them: CMD, ENTRYPOINT, ENV, EXPOSE, HEALTHCHECK NONE, LABEL, ONBUILD, STOPSIGNAL, USER, VOLUME, WORKDIR.
 */
public final class ConfigChanges {
    private static final List<String> SHELL = List.of("/bin/sh", "-c");

    private ConfigChanges() {}

    /** @throws ImageException INVALID for a line that makes no sense */
    public static ExecutionConfig apply(ExecutionConfig config, List<String> lines) {
        ExecutionConfig changed = config;
        for (String line : lines) {
            if (!line.isBlank()) {
                changed = apply(changed, line.strip());
            }
        }
        return changed;
    }

    private static ExecutionConfig apply(ExecutionConfig c, String line) {
        String[] parts = line.split("\\s+", 2);
        String word = parts[0].toUpperCase(Locale.ROOT);
        String rest = parts.length > 1 ? parts[1].strip() : "";
        if (rest.isEmpty()) {
            throw ImageException.invalid("%s requires at least one argument".formatted(Names.printable(word)));
        }
        return switch (word) {
            case "CMD" -> with(c, c.user(), c.env(), c.entrypoint(), command(c, rest), c.workingDir(), c.stopSignal());
            case "ENTRYPOINT" -> with(c, c.user(), c.env(), command(c, rest), null, c.workingDir(), c.stopSignal());
            case "ENV" ->
                with(c, c.user(), env(c.env(), rest), c.entrypoint(), c.cmd(), c.workingDir(), c.stopSignal());
            case "USER" -> with(c, rest, c.env(), c.entrypoint(), c.cmd(), c.workingDir(), c.stopSignal());
            case "WORKDIR" ->
                with(c, c.user(), c.env(), c.entrypoint(), c.cmd(), folder(c.workingDir(), rest), c.stopSignal());
            case "STOPSIGNAL" -> with(c, c.user(), c.env(), c.entrypoint(), c.cmd(), c.workingDir(), rest);
            case "EXPOSE" ->
                withMaps(c, ports(c.exposedPorts(), rest), c.volumes(), c.labels(), c.healthcheck(), c.onBuild());
            case "VOLUME" ->
                withMaps(c, c.exposedPorts(), keys(c.volumes(), words(rest)), c.labels(), c.healthcheck(), c.onBuild());
            case "LABEL" -> {
                Map<String, String> labels = new LinkedHashMap<>(c.labels() == null ? Map.of() : c.labels());
                labels.putAll(pairs(rest, "LABEL"));
                yield withMaps(c, c.exposedPorts(), c.volumes(), labels, c.healthcheck(), c.onBuild());
            }
            case "ONBUILD" -> {
                List<String> steps = new ArrayList<>(c.onBuild() == null ? List.of() : c.onBuild());
                steps.add(rest);
                yield withMaps(c, c.exposedPorts(), c.volumes(), c.labels(), c.healthcheck(), steps);
            }
            case "HEALTHCHECK" -> {
                HealthConfig health = HealthcheckLine.parse(rest, ConfigChanges::jsonList);
                yield withMaps(c, c.exposedPorts(), c.volumes(), c.labels(), health, c.onBuild());
            }
            default ->
                throw ImageException.invalid("%s is not a valid change command".formatted(Names.printable(word)));
        };
    }

    private static ExecutionConfig with(
            ExecutionConfig c,
            @Nullable String user,
            @Nullable List<String> env,
            @Nullable List<String> entrypoint,
            @Nullable List<String> cmd,
            @Nullable String workingDir,
            @Nullable String stopSignal) {
        return new ExecutionConfig(
                user,
                c.exposedPorts(),
                env,
                entrypoint,
                cmd,
                c.volumes(),
                workingDir,
                c.labels(),
                stopSignal,
                c.healthcheck(),
                c.argsEscaped(),
                c.onBuild(),
                c.shell());
    }

    private static ExecutionConfig withMaps(
            ExecutionConfig c,
            @Nullable Map<String, Map<String, String>> ports,
            @Nullable Map<String, Map<String, String>> volumes,
            @Nullable Map<String, String> labels,
            @Nullable HealthConfig health,
            @Nullable List<String> onBuild) {
        return new ExecutionConfig(
                c.user(),
                ports,
                c.env(),
                c.entrypoint(),
                c.cmd(),
                volumes,
                c.workingDir(),
                labels,
                c.stopSignal(),
                health,
                c.argsEscaped(),
                onBuild,
                c.shell());
    }

    /** The exec form, a JSON list; anything else is a line for the shell. */
    private static List<String> command(ExecutionConfig c, String rest) {
        List<String> list = jsonList(rest);
        if (list != null) {
            return list;
        }
        List<String> command = new ArrayList<>(c.shell() == null ? SHELL : c.shell());
        command.add(rest);
        return command;
    }

    private static @Nullable List<String> jsonList(String text) {
        if (!text.startsWith("[")) {
            return null;
        }
        try {
            byte[] json = ("{\"Cmd\":" + text + "}").getBytes(java.nio.charset.StandardCharsets.UTF_8);
            return ImageJson.read(json, ExecutionConfig.class, "the list").cmd();
        } catch (IllegalArgumentException e) {
            // as in a Dockerfile: what is no JSON list is a line for the shell
            return null;
        }
    }

    private static List<String> words(String rest) {
        List<String> list = jsonList(rest);
        return list == null ? split(rest) : list;
    }

    private static List<String> env(@Nullable List<String> env, String rest) {
        Map<String, String> variables = new LinkedHashMap<>();
        for (String variable : env == null ? List.<String>of() : env) {
            String[] parts = variable.split("=", 2);
            variables.put(parts[0], parts.length > 1 ? parts[1] : "");
        }
        variables.putAll(pairs(rest, "ENV"));
        List<String> changed = new ArrayList<>();
        variables.forEach((key, value) -> changed.add(key + "=" + value));
        return changed;
    }

    /** {@code a=b c="d e"}, or the old form {@code a all the rest}. */
    private static Map<String, String> pairs(String rest, String word) {
        Map<String, String> pairs = new LinkedHashMap<>();
        if (!rest.split("\\s", 2)[0].contains("=")) {
            String[] parts = rest.split("\\s+", 2);
            if (parts.length < 2) {
                throw ImageException.invalid("%s must have two arguments".formatted(word));
            }
            return Map.of(parts[0], parts[1]);
        }
        for (String pair : split(rest)) {
            int equals = pair.indexOf('=');
            if (equals <= 0) {
                throw ImageException.invalid("Syntax error - can't find = in \"%s\". Must be of the form: name=value"
                        .formatted(Names.printable(pair)));
            }
            pairs.put(pair.substring(0, equals), pair.substring(equals + 1));
        }
        return pairs;
    }

    /** Words between blanks, with quotes and backslashes as a Dockerfile has them. */
    private static List<String> split(String text) {
        List<String> words = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        boolean inWord = false;
        char quote = 0;
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
                }
                word.setLength(0);
                inWord = false;
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

    private static Map<String, Map<String, String>> ports(
            @Nullable Map<String, Map<String, String>> ports, String rest) {
        List<String> keys = new ArrayList<>();
        for (String port : split(rest)) {
            if (!port.matches("[0-9]{1,5}(-[0-9]{1,5})?(/(tcp|udp|sctp))?")) {
                throw ImageException.invalid("invalid containerPort: " + Names.printable(port));
            }
            String range = port.split("/")[0];
            String protocol = port.contains("/") ? port.substring(port.indexOf('/')) : "/tcp";
            int first = Integer.parseInt(range.split("-")[0]);
            int last = Integer.parseInt(range.substring(range.indexOf('-') + 1));
            if (first > last || last > 65535) {
                throw ImageException.invalid("invalid containerPort: " + Names.printable(port));
            }
            for (int number = first; number <= last; number++) {
                keys.add(number + protocol);
            }
        }
        return keys(ports, keys);
    }

    private static Map<String, Map<String, String>> keys(
            @Nullable Map<String, Map<String, String>> map, List<String> keys) {
        Map<String, Map<String, String>> changed = new LinkedHashMap<>(map == null ? Map.of() : map);
        keys.forEach(key -> changed.put(key, Map.of()));
        return changed;
    }

    private static String folder(@Nullable String before, String path) {
        return path.startsWith("/")
                ? path
                : java.nio.file.Path.of(before == null ? "/" : before, path).toString();
    }
}
