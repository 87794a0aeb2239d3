package ondol.image.dockerfile;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads instructions, by Docker's rules and in Docker's words. */
final class InstructionReader {
    private static final Pattern STAGE = Pattern.compile("[a-z][a-z0-9-_.]*");
    private static final Set<String> BUILDKIT_ONLY =
            Set.of("mount", "network", "security", "link", "parents", "exclude", "keep-git-dir", "checksum", "unpack");
    private static final Set<String> NOT_TRIGGERED = Set.of("ONBUILD", "FROM", "MAINTAINER");

    private final char escape;

    InstructionReader(char escape) {
        this.escape = escape;
    }

    Instruction read(String line) {
        String[] parts = line.strip().split("\\s+", 2);
        String word = parts[0].toUpperCase(Locale.ROOT);
        String rest = parts.length > 1 ? parts[1].strip() : "";
        return switch (word) {
            case "FROM" -> from(rest);
            case "ARG" -> new Instruction.Arg(arguments(needed(rest, word)));
            case "ENV" -> new Instruction.Env(values(needed(rest, word), word));
            case "LABEL" -> new Instruction.Label(values(needed(rest, word), word));
            case "RUN" ->
                new Instruction.Run(command(flags(needed(rest, word), Set.of()).rest(), word));
            case "CMD" -> new Instruction.Cmd(Instruction.command(needed(rest, word)));
            case "ENTRYPOINT" -> new Instruction.Entrypoint(Instruction.command(needed(rest, word)));
            case "COPY" -> copy(false, needed(rest, word));
            case "ADD" -> copy(true, needed(rest, word));
            case "WORKDIR" -> new Instruction.Workdir(needed(rest, word));
            case "USER" -> new Instruction.User(needed(rest, word));
            case "STOPSIGNAL" -> new Instruction.StopSignal(needed(rest, word));
            case "MAINTAINER" -> new Instruction.Maintainer(needed(rest, word));
            case "EXPOSE" -> new Instruction.Expose(Words.plain(needed(rest, word)));
            case "VOLUME" -> new Instruction.Volume(volumes(needed(rest, word)));
            case "HEALTHCHECK" -> new Instruction.Health(needed(rest, word));
            case "SHELL" -> new Instruction.Shell(shell(needed(rest, word)));
            case "ONBUILD" -> onBuild(needed(rest, word));
            default -> throw new DockerfileException("unknown instruction: " + Words.printable(parts[0]));
        };
    }

    private static String needed(String rest, String word) {
        if (rest.isEmpty()) {
            throw new DockerfileException(word + " requires at least one argument");
        }
        return rest;
    }

    /** {@code --name=value} before the words, and what is left. */
    private record Flags(Map<String, String> values, String rest) {
        @Nullable
        String get(String name) {
            return values.get(name);
        }
    }

    private static Flags flags(String text, Set<String> known) {
        Map<String, String> values = new HashMap<>();
        String rest = text;
        while (rest.startsWith("--")) {
            String[] parts = rest.split("\\s+", 2);
            rest = parts.length > 1 ? parts[1] : "";
            if (parts[0].equals("--")) {
                break;
            }
            int equals = parts[0].indexOf('=');
            String name = equals < 0 ? parts[0].substring(2) : parts[0].substring(2, equals);
            if (BUILDKIT_ONLY.contains(name)) {
                throw new DockerfileException(
                        "the --%s option requires BuildKit, which this engine has not: write it".formatted(name)
                                + " without, or build with buildx and its docker-container driver");
            }
            if (!known.contains(name)) {
                throw new DockerfileException("unknown flag: --" + Words.printable(name));
            }
            if (equals < 0) {
                throw new DockerfileException("missing a value on flag: --" + name);
            }
            if (values.put(name, parts[0].substring(equals + 1)) != null) {
                throw new DockerfileException("duplicate flag specified: --" + name);
            }
        }
        return new Flags(values, rest);
    }

    private static Instruction from(String rest) {
        Flags flags = flags(rest, Set.of("platform"));
        List<String> words = Words.plain(flags.rest());
        if (words.size() == 1) {
            return new Instruction.From(words.getFirst(), null, flags.get("platform"));
        }
        if (words.size() != 3 || !words.get(1).equalsIgnoreCase("as")) {
            throw new DockerfileException("FROM requires either one or three arguments");
        }
        String stage = words.get(2).toLowerCase(Locale.ROOT);
        if (!STAGE.matcher(stage).matches()) {
            throw new DockerfileException(
                    "invalid name for build stage: \"%s\", name can't start with a number or contain symbols"
                            .formatted(Words.printable(words.get(2))));
        }
        return new Instruction.From(words.getFirst(), stage, flags.get("platform"));
    }

    private Map<String, @Nullable String> arguments(String rest) {
        Map<String, @Nullable String> names = new LinkedHashMap<>();
        Words.names(rest, "ARG", escape).forEach(pair -> names.put(pair.name(), pair.value()));
        return names;
    }

    private Map<String, String> values(String rest, String word) {
        Map<String, String> values = new LinkedHashMap<>();
        for (Words.Pair pair : Words.pairs(rest, word, escape)) {
            values.put(pair.name(), pair.value() == null ? "" : pair.value());
        }
        return values;
    }

    private static Instruction.Command command(String rest, String word) {
        Instruction.Command command = Instruction.command(needed(rest, word));
        if (command.words().isEmpty()) {
            throw new DockerfileException(word + " requires at least one argument");
        }
        return command;
    }

    private static Instruction copy(boolean add, String text) {
        String word = add ? "ADD" : "COPY";
        Flags flags = flags(text, add ? Set.of("chown", "chmod") : Set.of("chown", "chmod", "from"));
        List<String> list = Words.jsonList(flags.rest());
        List<String> words = list == null ? Words.plain(flags.rest()) : list;
        if (words.size() < 2) {
            throw new DockerfileException(
                    "%s requires at least two arguments, but only %d were provided. Destination could not be determined"
                            .formatted(word, words.size()));
        }
        return new Instruction.Copy(
                add,
                List.copyOf(words.subList(0, words.size() - 1)),
                words.getLast(),
                flags.get("from"),
                flags.get("chown"),
                flags.get("chmod"));
    }

    private static List<String> volumes(String rest) {
        List<String> list = Words.jsonList(rest);
        List<String> paths = list == null ? Words.plain(rest) : list;
        if (paths.isEmpty() || paths.stream().anyMatch(String::isBlank)) {
            throw new DockerfileException("VOLUME specified can not be an empty string");
        }
        return paths;
    }

    private static List<String> shell(String rest) {
        List<String> list = Words.jsonList(rest);
        if (list == null) {
            throw new DockerfileException("SHELL requires the arguments to be in JSON form");
        }
        if (list.isEmpty()) {
            throw new DockerfileException("SHELL requires at least one argument");
        }
        return list;
    }

    private Instruction onBuild(String rest) {
        String trigger = rest.split("\\s+", 2)[0].toUpperCase(Locale.ROOT);
        if (NOT_TRIGGERED.contains(trigger)) {
            throw new DockerfileException(
                    trigger.equals("ONBUILD")
                            ? "Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed"
                            : trigger + " isn't allowed as an ONBUILD trigger");
        }
        read(rest); // refuses what makes no sense
        return new Instruction.OnBuild(rest);
    }
}
