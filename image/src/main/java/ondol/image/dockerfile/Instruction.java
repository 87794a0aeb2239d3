package ondol.image.dockerfile;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a line of a Dockerfile asks for. Texts are as they were written until {@link #expand} fills in the variables. */
public sealed interface Instruction {
    /** A command: its words, or one line for the shell. */
    record Command(List<String> words, boolean shell) {}

    /** @param image a name, an earlier stage or {@code scratch} */
    record From(
            String image, @Nullable String stage, @Nullable String platform) implements Instruction {}

    /** Values are null for what has no default. */
    record Arg(Map<String, @Nullable String> names) implements Instruction {}

    record Env(Map<String, String> values) implements Instruction {}

    record Label(Map<String, String> values) implements Instruction {}

    record Run(Command command) implements Instruction {}

    record Cmd(Command command) implements Instruction {}

    record Entrypoint(Command command) implements Instruction {}

    /**
     * COPY and ADD.
     *
     * @param add whether it is ADD, which fetches addresses and unpacks archives
     * @param from a stage's name or number, or an image; null for the context
     * @param chown {@code user[:group]}
     * @param chmod octal
     */
    record Copy(
            boolean add,
            List<String> sources,
            String destination,
            @Nullable String from,
            @Nullable String chown,
            @Nullable String chmod)
            implements Instruction {}

    record Workdir(String path) implements Instruction {}

    record User(String name) implements Instruction {}

    record StopSignal(String signal) implements Instruction {}

    record Maintainer(String name) implements Instruction {}

    record Expose(List<String> ports) implements Instruction {}

    record Volume(List<String> paths) implements Instruction {}

    /** @param text {@code NONE}, or options and {@code CMD} */
    record Health(String text) implements Instruction {}

    record Shell(List<String> words) implements Instruction {}

    /** @param line what is to be done in images that are built on this one */
    record OnBuild(String line) implements Instruction {}

    /**
     * With its variables filled in, where this instruction has such by Docker's rules: a command's are left to its shell.
     *
     * @throws DockerfileException where they cannot be filled in
     */
    default Instruction expand(Variables variables) {
        return switch (this) {
            case From from -> from; // by the arguments that stand before it, which are others
            case Env env -> new Env(expand(env.values(), variables));
            case Label label -> new Label(expand(label.values(), variables));
            case Copy copy ->
                new Copy(
                        copy.add(),
                        copy.sources().stream().map(variables::expand).toList(),
                        variables.expand(copy.destination()),
                        expand(copy.from(), variables),
                        expand(copy.chown(), variables),
                        expand(copy.chmod(), variables));
            case Workdir workdir -> new Workdir(variables.expand(workdir.path()));
            case User user -> new User(variables.expand(user.name()));
            case StopSignal stop -> new StopSignal(variables.expand(stop.signal()));
            case Expose expose ->
                new Expose(expose.ports().stream()
                        .flatMap(port -> variables.expandWords(port).stream())
                        .toList());
            case Volume volume ->
                new Volume(volume.paths().stream().map(variables::expand).toList());
            case Arg arg -> {
                Map<String, @Nullable String> names = new LinkedHashMap<>();
                arg.names().forEach((name, value) -> names.put(variables.expand(name), expand(value, variables)));
                yield new Arg(names);
            }
            case Run _, Cmd _, Entrypoint _, Maintainer _, Health _, Shell _, OnBuild _ -> this;
        };
    }

    private static @Nullable String expand(@Nullable String text, Variables variables) {
        return text == null ? null : variables.expand(text);
    }

    private static Map<String, String> expand(Map<String, String> values, Variables variables) {
        Map<String, String> expanded = new LinkedHashMap<>();
        values.forEach((name, value) -> expanded.put(variables.expand(name), variables.expand(value)));
        return expanded;
    }

    /**
     * Reads one line.
     *
     * @throws DockerfileException for an unknown word, flag, or something that is missing
     */
    static Instruction parse(String line, char escape) {
        return new InstructionReader(escape).read(line);
    }

    /** The exec form where it is a JSON list, else the line for a shell. */
    static Command command(String text) {
        List<String> list = Words.jsonList(text);
        return list == null ? new Command(List.of(text), true) : new Command(new ArrayList<>(list), false);
    }
}
