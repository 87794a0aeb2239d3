package ondol.engine.build;

import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import ondol.engine.BuildOptions;
import ondol.engine.BuildOwner;
import ondol.engine.BuildProgress;
import ondol.engine.EngineException;
import ondol.engine.RegistryAuth;
import ondol.image.Image;
import ondol.image.ImageException;
import ondol.image.Workspace;
import ondol.image.dockerfile.Dockerfile;
import ondol.image.dockerfile.DockerfileException;
import ondol.image.dockerfile.Instruction;
import ondol.linux.Names;
import ondol.oci.image.Platform;
import ondol.oci.image.Reference;
import org.jspecify.annotations.Nullable;

/** One build: the stages of a Dockerfile, one step after the other. */
public final class Build {
    /** Says in the annotations of a container that it is a build's own. */
    public static final String ANNOTATION = Running.ANNOTATION;

    private static final String SCRATCH = "scratch";

    private final Tools tools;
    private final BuildOptions options;
    private final BuildProgress progress;
    private final List<Image> stages = new ArrayList<>();
    private final Map<String, Image> named = new HashMap<>();

    private Build(Tools tools, BuildOptions options, BuildProgress progress) {
        this.tools = tools;
        this.options = options;
        this.progress = progress;
    }

    /**
     * Carries out a build, without giving the image its names.
     *
     * @throws DockerfileException for a Dockerfile that makes no sense
     * @throws ImageException for a context or an image that makes no sense
     * @throws EngineException for the rest
     */
    public static Image run(Tools tools, BuildOptions options, @Nullable InputStream sent, BuildProgress progress) {
        try (Workspace folder = tools.images().workspace()) {
            Context context = Context.receive(tools.images(), folder, options, sent, progress);
            return new Build(tools, options, progress).all(context);
        }
    }

    private Image all(Context context) {
        Dockerfile dockerfile = Dockerfile.parse(context.dockerfile());
        List<Dockerfile.Stage> wanted = dockerfile.upTo(Objects.requireNonNullElse(options.target(), ""));
        Platform target = Arguments.platform(options.platform());
        Arguments arguments = new Arguments(options.arguments(), target, dockerfile);
        Dockerfile.@Nullable Step labels = labels();
        int total = wanted.stream().mapToInt(stage -> 1 + stage.steps().size()).sum() + (labels == null ? 0 : 1);
        int number = 0;
        for (Dockerfile.Stage stage : wanted) {
            say(++number, total, stage.step());
            StageState state =
                    new StageState(from(stage.from(), arguments, dockerfile), arguments, dockerfile.escape());
            boolean scratch = stage.from().image().equals(SCRATCH);
            progress.text(scratch ? " ---> \n" : arrow(state.image()));
            Steps steps = new Steps(tools, options, progress, context, this::source);
            triggers(state, steps);
            List<Dockerfile.Step> all = new ArrayList<>(stage.steps());
            if (labels != null && stages.size() == wanted.size() - 1) {
                all.add(labels);
            }
            for (Dockerfile.Step step : all) {
                Cancelled.check(progress);
                say(++number, total, step);
                steps.carryOut(step.instruction(), state);
                progress.text(arrow(state.image()));
            }
            progress.image(state.image().id().toString());
            stages.add(state.image());
            if (stage.from().stage() != null) {
                named.put(stage.from().stage(), state.image());
            }
        }
        if (!arguments.unused().isEmpty()) {
            progress.text("[Warning] One or more build-args %s were not consumed\n"
                    .formatted(arguments.unused().toString().replace(",", "")));
        }
        return stages.getLast();
    }

    private void say(int number, int total, Dockerfile.Step step) {
        progress.text("Step %d/%d : %s\n".formatted(number, total, step.text()));
    }

    private static String arrow(Image image) {
        return " ---> %s\n".formatted(Running.shortened(image.id().toString()));
    }

    /** Labels that were asked for are a last step. */
    private Dockerfile.@Nullable Step labels() {
        if (options.labels().isEmpty()) {
            return null;
        }
        StringBuilder text = new StringBuilder("LABEL");
        // nothing in them is a variable, and they are not read as a line
        new TreeMap<>(options.labels())
                .forEach((name, value) ->
                        text.append(' ').append(name).append('=').append(value));
        return new Dockerfile.Step(0, text.toString(), new Instruction.Label(new TreeMap<>(options.labels())));
    }

    private void triggers(StageState state, Steps steps) {
        List<String> triggers = state.takeTriggers();
        if (triggers.isEmpty()) {
            return;
        }
        progress.text("# Executing %d build trigger%s\n".formatted(triggers.size(), triggers.size() == 1 ? "" : "s"));
        for (String line : triggers) {
            steps.carryOut(Instruction.parse(line, state.escape()), state);
            progress.text(arrow(state.image()));
        }
    }

    private Image from(Instruction.From from, Arguments arguments, Dockerfile dockerfile) {
        String name = arguments.expand(from.image(), dockerfile.escape());
        if (name.isEmpty()) {
            throw new DockerfileException(
                    "base name (%s) should not be blank".formatted(Names.printable(from.image())));
        }
        if (name.equals(SCRATCH)) {
            return tools.images().scratch();
        }
        Image stage = named.get(name.toLowerCase(java.util.Locale.ROOT));
        if (stage != null) {
            return stage;
        }
        String platform = from.platform();
        return image(name, platform == null ? options.platform() : arguments.expand(platform, dockerfile.escape()));
    }

    /** What {@code --from=} names: an earlier stage by its name or number, or an image. */
    private Image source(String name) {
        Image stage = named.get(name.toLowerCase(java.util.Locale.ROOT));
        if (stage != null) {
            return stage;
        }
        if (name.matches("[0-9]{1,6}")) {
            int index = Integer.parseInt(name);
            if (index >= stages.size()) {
                throw EngineException.invalid(
                        "invalid from flag value %s: invalid context value, refers to no earlier stage"
                                .formatted(name));
            }
            return stages.get(index);
        }
        return image(name, options.platform());
    }

    private Image image(String name, @Nullable String platform) {
        Image here = here(name);
        boolean fits = here == null || platform == null || platform.isEmpty() || fits(here, platform);
        boolean machine = here != null && here.manifest() != null && here.onHost();
        if (here != null && fits && (!options.pull() || machine)) {
            return here;
        }
        Reference reference = Reference.parse(name);
        BuildOwner owner = options.owner();
        if (owner == null) {
            tools.registries().pull(name, platform, auth(reference), progress);
        } else {
            owner.pull(name, platform, auth(reference), progress);
        }
        Image pulled = here(name);
        if (pulled == null) {
            throw EngineException.notFound("No such image: " + name);
        }
        return pulled;
    }

    private @Nullable Image here(String name) {
        BuildOwner owner = options.owner();
        String known = owner == null ? name : owner.find(name).orElse(null);
        try {
            return known == null ? null : tools.images().resolve(known);
        } catch (ImageException e) {
            if (e.kind() == ImageException.Kind.NOT_FOUND) {
                return null;
            }
            throw e;
        }
    }

    private static boolean fits(Image image, String platform) {
        Platform wanted = Arguments.platform(platform);
        String architecture = image.config().architecture();
        return architecture == null || architecture.isEmpty() || architecture.equals(wanted.architecture());
    }

    /** By the registry's name as clients write it: Docker Hub has an address of old. */
    private RegistryAuth auth(Reference reference) {
        for (Map.Entry<String, RegistryAuth> entry : options.auths().entrySet()) {
            String domain = entry.getKey().replaceFirst("^https?://", "").replaceFirst("/.*$", "");
            if (domain.equals(reference.domain())
                    || (reference.domain().equals("docker.io") && domain.equals("index.docker.io"))) {
                return entry.getValue();
            }
        }
        return RegistryAuth.NONE;
    }
}
