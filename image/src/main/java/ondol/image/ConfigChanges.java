package ondol.image;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import ondol.image.dockerfile.DockerfileException;
import ondol.image.dockerfile.Instruction;
import ondol.image.dockerfile.Variables;
import ondol.linux.Names;
import ondol.oci.image.ExecutionConfig;
import ondol.oci.image.ExecutionConfigBuilder;
import org.jspecify.annotations.Nullable;

/**
 * Changes a configuration by lines of a Dockerfile, in builds and as {@code docker commit --change} and {@code docker
 * import --change} take them: CMD, ENTRYPOINT, ENV, EXPOSE, HEALTHCHECK, LABEL, ONBUILD, SHELL, STOPSIGNAL, USER, VOLUME,
 * WORKDIR.
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

    private static ExecutionConfig apply(ExecutionConfig config, String line) {
        try {
            Map<String, String> variables = variables(config.env());
            Instruction instruction = Instruction.parse(line, '\\').expand(new Variables(variables::get, '\\'));
            ExecutionConfig changed = apply(config, instruction);
            if (changed == null) {
                throw ImageException.invalid("%s is not a valid change command"
                        .formatted(Names.printable(line.split("\\s+", 2)[0].toUpperCase(java.util.Locale.ROOT))));
            }
            return changed;
        } catch (DockerfileException e) {
            throw new ImageException(ImageException.Kind.INVALID, String.valueOf(e.getMessage()), e);
        }
    }

    /**
     * Does what one instruction asks for, whose variables are filled in.
     *
     * @return null where it is none that changes a configuration only
     * @throws ImageException INVALID for a port or a check that is none
     */
    public static @Nullable ExecutionConfig apply(ExecutionConfig c, Instruction instruction) {
        ExecutionConfigBuilder changed = ExecutionConfigBuilder.builder(c);
        switch (instruction) {
            case Instruction.Cmd cmd -> changed.cmd(command(c, cmd.command()));
            case Instruction.Entrypoint entrypoint ->
                // the base's command was meant for its own entrypoint
                changed.entrypoint(command(c, entrypoint.command())).cmd(null);
            case Instruction.Env env -> changed.env(env(c.env(), env.values()));
            case Instruction.User user -> changed.user(user.name());
            case Instruction.Workdir workdir -> changed.workingDir(folder(c.workingDir(), workdir.path()));
            case Instruction.StopSignal stop -> changed.stopSignal(stop.signal());
            case Instruction.Expose expose -> changed.exposedPorts(ports(c.exposedPorts(), expose.ports()));
            case Instruction.Volume volume -> changed.volumes(keys(c.volumes(), volume.paths()));
            case Instruction.Label label -> {
                Map<String, String> labels = new LinkedHashMap<>(c.labels() == null ? Map.of() : c.labels());
                labels.putAll(label.values());
                changed.labels(labels);
            }
            case Instruction.OnBuild onBuild -> {
                List<String> steps = new ArrayList<>(c.onBuild() == null ? List.of() : c.onBuild());
                steps.add(onBuild.line());
                changed.onBuild(steps);
            }
            case Instruction.Health health -> changed.healthcheck(HealthcheckLine.parse(health.text()));
            case Instruction.Shell shell -> changed.shell(shell.words());
            default -> {
                return null;
            }
        }
        return changed.build();
    }

    /** A command's words: the exec form as it is, a line behind the shell that runs it. */
    public static List<String> command(ExecutionConfig config, Instruction.Command command) {
        if (!command.shell()) {
            return command.words();
        }
        List<String> words =
                new ArrayList<>(config.shell() == null || config.shell().isEmpty() ? SHELL : config.shell());
        words.addAll(command.words());
        return words;
    }

    /** Environment variables by name; of several with one name the last. */
    public static Map<String, String> variables(@Nullable List<String> env) {
        Map<String, String> variables = new LinkedHashMap<>();
        for (String variable : env == null ? List.<String>of() : env) {
            String[] parts = variable.split("=", 2);
            variables.put(parts[0], parts.length > 1 ? parts[1] : "");
        }
        return variables;
    }

    private static List<String> env(@Nullable List<String> env, Map<String, String> values) {
        Map<String, String> variables = variables(env);
        variables.putAll(values);
        List<String> changed = new ArrayList<>();
        variables.forEach((key, value) -> changed.add(key + "=" + value));
        return changed;
    }

    private static Map<String, Map<String, String>> ports(
            @Nullable Map<String, Map<String, String>> ports, List<String> wanted) {
        List<String> keys = new ArrayList<>();
        for (String port : wanted) {
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
        if (path.indexOf(0) >= 0) {
            throw ImageException.invalid("a folder's name cannot have a zero byte");
        }
        return java.nio.file.Path.of(before == null || before.isEmpty() ? "/" : before, "/")
                .resolve(path)
                .normalize()
                .toString();
    }
}
