package ondol.engine.build;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import ondol.image.dockerfile.Instruction;
import ondol.oci.image.ExecutionConfig;
import org.jspecify.annotations.Nullable;

/** Steps as an image's history tells them, in Docker's words. */
final class Texts {
    private Texts() {}

    static String of(Instruction.Arg arg) {
        List<String> names = new ArrayList<>();
        arg.names().forEach((name, value) -> names.add(value == null ? name : name + "=" + value));
        return "ARG " + String.join(" ", names);
    }

    /** @param sum what the sources are */
    static String of(Instruction.Copy copy, String sum) {
        String mode = (copy.chown() == null ? "" : "--chown=" + copy.chown() + " ")
                + (copy.chmod() == null ? "" : "--chmod=" + copy.chmod() + " ");
        return "%s %s%s in %s ".formatted(copy.add() ? "ADD" : "COPY", mode, sum, copy.destination());
    }

    /** @param config what came of it */
    static String of(Instruction instruction, ExecutionConfig config) {
        return switch (instruction) {
            case Instruction.Env env -> "ENV " + pairs(env.values());
            case Instruction.Label label -> "LABEL " + pairs(label.values());
            case Instruction.Cmd _ -> "CMD " + list(config.cmd());
            case Instruction.Entrypoint _ -> "ENTRYPOINT " + list(config.entrypoint());
            case Instruction.User user -> "USER " + user.name();
            case Instruction.StopSignal stop -> "STOPSIGNAL " + stop.signal();
            case Instruction.Expose expose -> "EXPOSE " + String.join(" ", expose.ports());
            case Instruction.Volume volume -> "VOLUME " + volume.paths();
            case Instruction.Shell shell -> "SHELL " + shell.words();
            case Instruction.OnBuild onBuild -> "ONBUILD " + onBuild.line();
            case Instruction.Health health -> "HEALTHCHECK " + health.text();
            default -> instruction.toString();
        };
    }

    private static String pairs(Map<String, String> values) {
        List<String> pairs = new ArrayList<>();
        values.forEach((name, value) -> pairs.add(name + "=" + value));
        return String.join(" ", pairs);
    }

    private static String list(@Nullable List<String> words) {
        List<String> quoted = (words == null ? List.<String>of() : words)
                .stream()
                        .map(word -> "\"" + word.replace("\\", "\\\\").replace("\"", "\\\"") + "\"")
                        .toList();
        return "[" + String.join(" ", quoted) + "]";
    }
}
