package ondol.engine.build;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import ondol.image.ConfigChanges;
import ondol.image.Image;
import ondol.image.dockerfile.Variables;
import ondol.oci.image.ExecutionConfig;
import ondol.oci.image.ExecutionConfigBuilder;
import org.jspecify.annotations.Nullable;

/** Where a stage is: the image that its steps have made so far, and what the next one begins with. */
final class StageState {
    private final char escape;
    private final Arguments arguments;
    /** ARGs of this stage that have a value. */
    private final Map<String, String> values = new LinkedHashMap<>();

    private Image image;
    private ExecutionConfig config;
    private String author;
    private boolean hasCommand;

    StageState(Image base, Arguments arguments, char escape) {
        this.image = base;
        this.config = plain(base.config().execution());
        this.author = base.config().author() == null ? "" : base.config().author();
        this.arguments = arguments;
        this.escape = escape;
    }

    /** Nothing said and nothing listed are one thing: which of both it is changes on the way through a file. */
    static ExecutionConfig plain(ExecutionConfig config) {
        return ExecutionConfigBuilder.builder(config)
                .exposedPorts(plain(config.exposedPorts()))
                .env(plain(config.env()))
                .entrypoint(plain(config.entrypoint()))
                .cmd(plain(config.cmd()))
                .volumes(plain(config.volumes()))
                .labels(plain(config.labels()))
                .onBuild(plain(config.onBuild()))
                .shell(plain(config.shell()))
                .build();
    }

    private static @Nullable List<String> plain(@Nullable List<String> list) {
        return list == null || list.isEmpty() ? null : list;
    }

    private static <V> @Nullable Map<String, V> plain(@Nullable Map<String, V> map) {
        return map == null || map.isEmpty() ? null : map;
    }

    Image image() {
        return image;
    }

    ExecutionConfig config() {
        return config;
    }

    String author() {
        return author;
    }

    /** The next steps begin here. */
    void reached(Image made) {
        image = made;
    }

    void config(ExecutionConfig changed) {
        config = changed;
    }

    void author(String name) {
        author = name;
    }

    /** An entrypoint leaves a command alone that this stage has set itself. */
    void configOfCommand(ExecutionConfig changed, boolean command) {
        boolean keeps = !command && hasCommand;
        hasCommand |= command;
        config = keeps
                ? ExecutionConfigBuilder.builder(changed).cmd(config.cmd()).build()
                : changed;
    }

    List<String> takeTriggers() {
        List<String> triggers = config.onBuild() == null ? List.of() : config.onBuild();
        config = ExecutionConfigBuilder.builder(config).onBuild(null).build();
        return triggers;
    }

    /** {@code ARG}: what the build was asked for, then the default, then what stands before the first FROM. */
    void declare(String name, @Nullable String otherwise) {
        String value = arguments.value(name, otherwise);
        if (value != null) {
            values.put(name, value);
        }
    }

    /** Variables of instructions: the environment first, then arguments. */
    Variables variables() {
        Map<String, String> environment = ConfigChanges.variables(config.env());
        return new Variables(name -> environment.containsKey(name) ? environment.get(name) : values.get(name), escape);
    }

    /** Declared arguments that commands see and an earlier run must have had too, {@code NAME=value}, sorted. */
    List<String> commandArguments() {
        Set<String> hidden = ConfigChanges.variables(config.env()).keySet();
        List<String> list = new ArrayList<>();
        new TreeMap<>(values).forEach((name, value) -> {
            if (!hidden.contains(name)) {
                list.add(name + "=" + value);
            }
        });
        return list;
    }

    /** What commands see of arguments: the declared ones, and proxies that were given without any ARG. */
    List<String> commandEnvironment() {
        List<String> list = new ArrayList<>(commandArguments());
        Set<String> hidden = new HashSet<>(ConfigChanges.variables(config.env()).keySet());
        hidden.addAll(values.keySet());
        arguments.proxies().forEach((name, value) -> {
            if (!hidden.contains(name)) {
                list.add(name + "=" + value);
            }
        });
        return list;
    }

    char escape() {
        return escape;
    }
}
