package ondol.engine.build;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import ondol.engine.AttachOptions;
import ondol.engine.Attachment;
import ondol.engine.BuildOptions;
import ondol.engine.BuildOwner;
import ondol.engine.BuildProgress;
import ondol.engine.ContainerConfig;
import ondol.engine.ContainerConfigBuilder;
import ondol.engine.Containers.WaitCondition;
import ondol.engine.EngineException;
import ondol.engine.Healthcheck;
import ondol.engine.HostConfig;
import ondol.engine.HostConfigBuilder;
import ondol.engine.Output;
import ondol.engine.OutputReader;
import ondol.engine.Tenants;
import ondol.image.Image;
import ondol.image.NewImage;
import ondol.image.Snapshot;

/** RUN: a command in a container of the image so far, and what it changed. */
final class Running {
    /** Says in a container's annotations that it is a build's: one that an engine finds at its start is nobody's. */
    static final String ANNOTATION = "ondol.build";

    private static final int SHORT_ID = 12;
    private static final long LOOK = 100;

    private final Tools tools;
    private final BuildOptions options;
    private final BuildProgress progress;

    Running(Tools tools, BuildOptions options, BuildProgress progress) {
        this.tools = tools;
        this.options = options;
        this.progress = progress;
    }

    /**
     * @param wanted the image that comes of it
     * @throws EngineException {@code FAILED} for an exit code other than 0, in Docker's words
     */
    Image run(StageState state, List<String> command, NewImage wanted) {
        String id =
                tools.containers().create(null, config(state, command), host()).id();
        boolean keep = options.keep();
        try {
            progress.text(" ---> Running in %s\n".formatted(shortened(id)));
            int code = untilEnd(id);
            Cancelled.check(progress);
            if (code != 0) {
                keep = !options.forceRemove();
                progress.ended(code);
                throw new EngineException(
                        EngineException.Kind.FAILED,
                        "The command '%s' returned a non-zero code: %d".formatted(String.join(" ", command), code));
            }
            Snapshot snapshot = tools.snapshots().open(id);
            return tools.snapshots().withUpper(snapshot, upper -> tools.images().commit(upper, state.image(), wanted));
        } finally {
            end(id, keep && !progress.cancelled());
        }
    }

    private void end(String id, boolean keep) {
        if (keep) {
            tools.keep().accept(id);
            return;
        }
        tools.containers().remove(id, true, true);
        if (!progress.cancelled()) {
            progress.text(" ---> Removed intermediate container %s\n".formatted(shortened(id)));
        }
    }

    private ContainerConfig config(StageState state, List<String> command) {
        BuildOwner owner = options.owner();
        return ContainerConfigBuilder.builder()
                .labels(owner == null ? null : Map.of(Tenants.LABEL, owner.tenant()))
                .image(state.image().id().toString())
                .entrypoint(List.of("")) // the image's is meant for its containers, not for its making
                .cmd(command)
                .env(new ArrayList<>(state.commandEnvironment()))
                .healthcheck(new Healthcheck(List.of("NONE"), null, null, null, null, null))
                .build();
    }

    private HostConfig host() {
        HostConfig asked = options.host();
        HostConfigBuilder host = asked == null ? HostConfigBuilder.builder() : HostConfigBuilder.builder(asked);
        Map<String, String> annotations =
                new HashMap<>(asked == null || asked.annotations() == null ? Map.of() : asked.annotations());
        annotations.put(ANNOTATION, "");
        return host.annotations(annotations).build();
    }

    private int untilEnd(String id) {
        AttachOptions output = new AttachOptions(false, true, true, false, true);
        try (Attachment attachment = tools.containers().attach(id, output)) {
            CompletableFuture<Integer> end = tools.containers().await(id, WaitCondition.NEXT_EXIT);
            tools.containers().start(id);
            Thread watch = Thread.ofVirtual().name("build-watch").start(() -> killWhenCancelled(id, end));
            try {
                tell(attachment.output());
                return end.get();
            } finally {
                watch.interrupt();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EngineException(EngineException.Kind.FAILED, "interrupted while a command ran", e);
        } catch (ExecutionException e) {
            throw new EngineException(EngineException.Kind.FAILED, "cannot wait for the command", e);
        }
    }

    /** While the command is silent nothing is sent, and so nothing would tell that nobody listens. */
    private void killWhenCancelled(String id, CompletableFuture<Integer> end) {
        try {
            while (true) {
                try {
                    end.get(LOOK, TimeUnit.MILLISECONDS);
                    return;
                } catch (TimeoutException e) {
                    if (progress.cancelled()) {
                        tools.containers().kill(id, null);
                        return;
                    }
                }
            }
        } catch (InterruptedException | ExecutionException | EngineException e) {
            // it has ended meanwhile
        }
    }

    private void tell(OutputReader output) throws InterruptedException {
        Utf8 out = new Utf8();
        Utf8 err = new Utf8();
        for (Output piece = output.next(); piece != null; piece = output.next()) {
            String text = (piece.error() ? err : out).decode(piece.bytes());
            if (!text.isEmpty()) {
                progress.text(text);
            }
        }
    }

    /** Bytes as text, where a character may lie across two pieces. */
    private static final class Utf8 {
        private byte[] rest = {};

        String decode(byte[] piece) {
            byte[] all = new byte[rest.length + piece.length];
            System.arraycopy(rest, 0, all, 0, rest.length);
            System.arraycopy(piece, 0, all, rest.length, piece.length);
            int whole = all.length - begun(all);
            rest = java.util.Arrays.copyOfRange(all, whole, all.length);
            return new String(all, 0, whole, StandardCharsets.UTF_8);
        }

        /** How many bytes at the end are the beginning of a character. */
        private static int begun(byte[] all) {
            for (int back = 1; back <= Math.min(3, all.length); back++) {
                int b = all[all.length - back] & 0xff;
                if (b >= 0xc0) {
                    int length = b >= 0xf0 ? 4 : b >= 0xe0 ? 3 : 2;
                    return length > back ? back : 0;
                }
                if (b < 0x80) {
                    return 0;
                }
            }
            return 0;
        }
    }

    static String shortened(String id) {
        String hex = id.startsWith("sha256:") ? id.substring("sha256:".length()) : id;
        return hex.substring(0, Math.min(SHORT_ID, hex.length()));
    }
}
