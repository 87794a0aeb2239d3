package ondol.engine.build;

import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import ondol.engine.BuildOptions;
import ondol.engine.BuildOwner;
import ondol.engine.BuildProgress;
import ondol.image.ConfigChanges;
import ondol.image.Image;
import ondol.image.NewImage;
import ondol.image.RootCopy;
import ondol.image.RootFile;
import ondol.image.RootView;
import ondol.image.Snapshot;
import ondol.image.dockerfile.Instruction;
import ondol.linux.Descriptor;
import ondol.oci.image.ExecutionConfig;
import org.jspecify.annotations.Nullable;

/** Carries out the instructions of a stage: each leads from an image to the next, where an earlier build did not. */
final class Steps {
    private static final String NOTHING_RUN = "/bin/sh -c #(nop) ";

    private final Tools tools;
    private final BuildOptions options;
    private final BuildProgress progress;
    private final Context context;
    private final Function<String, Image> sources;

    /** @param sources finds what {@code --from=} names */
    Steps(Tools tools, BuildOptions options, BuildProgress progress, Context context, Function<String, Image> sources) {
        this.tools = tools;
        this.options = options;
        this.progress = progress;
        this.context = context;
        this.sources = sources;
    }

    void carryOut(Instruction written, StageState state) {
        // the labels that a build was asked for are no text of a Dockerfile
        Instruction instruction =
                written instanceof Instruction.Label label && label.values().equals(options.labels())
                        ? written
                        : written.expand(state.variables());
        switch (instruction) {
            case Instruction.Run run -> run(run, state);
            case Instruction.Copy copy -> copy(copy, state);
            case Instruction.Workdir workdir -> workdir(workdir, state);
            case Instruction.Arg arg -> {
                arg.names().forEach(state::declare);
                configured(state, " " + Texts.of(arg));
            }
            case Instruction.Maintainer maintainer -> {
                state.author(maintainer.name());
                configured(state, " MAINTAINER " + maintainer.name());
            }
            default -> configure(instruction, state);
        }
    }

    /** What changes the configuration only. */
    private void configure(Instruction instruction, StageState state) {
        ExecutionConfig changed = ConfigChanges.apply(state.config(), instruction);
        if (changed == null) {
            throw new IllegalStateException("an instruction without a meaning: " + instruction);
        }
        if (instruction instanceof Instruction.Cmd || instruction instanceof Instruction.Entrypoint) {
            state.configOfCommand(changed, instruction instanceof Instruction.Cmd);
        } else {
            state.config(changed);
        }
        configured(state, " " + Texts.of(instruction, state.config()));
    }

    private void configured(StageState state, String text) {
        step(state, NOTHING_RUN + text, wanted -> tools.images().derive(state.image(), wanted));
    }

    private interface Making {
        Image make(NewImage wanted);
    }

    /** One step: an earlier build's image, or a new one. */
    private void step(StageState state, String createdBy, Making making) {
        BuildOwner owner = options.owner();
        String tenant = owner == null ? "" : owner.tenant();
        BuildCache.Step step = new BuildCache.Step(state.image(), createdBy, state.config(), tenant);
        Image found = options.noCache() ? null : tools.cache().find(step);
        if (found != null) {
            progress.text(" ---> Using cache\n");
            state.reached(found);
            return;
        }
        Image made = making.make(new NewImage(null, state.config(), state.author(), "", createdBy));
        tools.cache().put(step, made);
        state.reached(made);
    }

    private void run(Instruction.Run run, StageState state) {
        List<String> command = ConfigChanges.command(state.config(), run.command());
        List<String> arguments = state.commandArguments();
        String text = String.join(" ", command);
        String createdBy =
                arguments.isEmpty() ? text : "|%d %s %s".formatted(arguments.size(), String.join(" ", arguments), text);
        step(state, createdBy, wanted -> new Running(tools, options, progress).run(state, command, wanted));
    }

    private void copy(Instruction.Copy copy, StageState state) {
        String from = copy.from();
        try (@Nullable RootView view = from == null ? null : tools.images().view(sources.apply(from));
                Copying copying =
                        new Copying(copy, view == null ? context.root() : view.root(), options.owner() == null)) {
            copying.find(tools.images(), progress);
            String createdBy = NOTHING_RUN + Texts.of(copy, copying.sum());
            step(state, createdBy, wanted -> written(state, wanted, root -> copying.into(root, workingDir(state))));
        }
    }

    private static String workingDir(StageState state) {
        String folder = state.config().workingDir();
        return folder == null || folder.isEmpty() ? "/" : folder;
    }

    private void workdir(Instruction.Workdir workdir, StageState state) {
        ExecutionConfig changed = ConfigChanges.apply(state.config(), workdir);
        if (changed != null) {
            state.config(changed);
        }
        String folder = workingDir(state);
        step(state, NOTHING_RUN + " WORKDIR " + folder, wanted -> {
            if (isFolder(state.image(), folder)) {
                return tools.images().derive(state.image(), wanted);
            }
            RootCopy.Attributes root = new RootCopy.Attributes(0, 0, -1);
            return written(state, wanted, at -> new RootCopy(at, root).folders(folder));
        });
    }

    private boolean isFolder(Image image, String path) {
        try (RootView view = tools.images().view(image);
                RootFile there = RootFile.find(view.root(), path)) {
            return there != null && there.stat().isFolder();
        }
    }

    private interface Writing {
        void to(Descriptor root);
    }

    /** A layer that is written by the engine itself, on an overlay like a container's. */
    private Image written(StageState state, NewImage wanted, Writing writing) {
        String id = UUID.randomUUID().toString().replace("-", "");
        Snapshot snapshot = tools.snapshots().create(id, state.image());
        try {
            try (RootView view = RootView.openWritable(snapshot)) {
                writing.to(view.root());
            }
            return tools.images().commit(snapshot.upper(), state.image(), wanted);
        } finally {
            tools.snapshots().remove(id);
        }
    }
}
