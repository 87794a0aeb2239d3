package ondol.docker;

import java.io.IOException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import ondol.docker.StreamConnection.StreamOptions;
import ondol.docker.json.ContainerJson;
import ondol.engine.AttachOptions;
import ondol.engine.Attachment;
import ondol.engine.ContainerDetails;
import ondol.engine.Containers;
import ondol.engine.Containers.WaitCondition;
import ondol.engine.Engine;
import ondol.engine.EngineException;
import ondol.engine.LogOptions;
import ondol.engine.OutputReader;
import org.eclipse.jetty.io.EofException;
import org.jspecify.annotations.Nullable;

/** What lasts as long as a container: attach, logs and wait. */
final class StreamsApi {
    static final String RAW = "application/vnd.docker.raw-stream";
    static final String FRAMED = "application/vnd.docker.multiplexed-stream";

    private final Containers containers;

    StreamsApi(Engine engine) {
        this.containers = engine.containers();
    }

    void addTo(Router router) {
        router.post("/containers/{id}/attach", this::attach)
                .get("/containers/{id}/attach/ws", this::attachSocket)
                .get("/containers/{id}/logs", this::logs)
                .post("/containers/{id}/wait", this::await);
    }

    /** The content type of a stream: until version 1.42 there was one word for both. */
    static String type(Call call, boolean tty) {
        return tty || !call.version().atLeast(42) ? RAW : FRAMED;
    }

    private void attach(Call call) throws IOException, InterruptedException {
        ContainerDetails container = containers.inspect(call.path("id"));
        StreamOptions options = streams(call, container);
        serve(call, attachment(call, container), options);
    }

    private void attachSocket(Call call) {
        ContainerDetails container = containers.inspect(call.path("id"));
        StreamOptions options = streams(call, container);
        String accept = WebSocketWire.accept(
                call.header("Upgrade"), call.header("Sec-WebSocket-Version"), call.header("Sec-WebSocket-Key"));
        Attachment attachment = attachment(call, container);
        call.header("Sec-WebSocket-Accept", accept);
        call.upgradeTo(
                "websocket",
                new StreamConnection(call.endPoint(), Runnable::run, attachment, options, new WebSocketWire()));
    }

    private static StreamOptions streams(Call call, ContainerDetails container) {
        DetachKeys keys = DetachKeys.parse(call.query("detachKeys"));
        boolean endsStdin = Boolean.TRUE.equals(container.config().stdinOnce());
        return new StreamOptions(call.flag("stdin"), endsStdin, keys, null);
    }

    private Attachment attachment(Call call, ContainerDetails container) {
        return containers.attach(
                container.id(),
                new AttachOptions(
                        call.flag("stdin"),
                        call.flag("stdout"),
                        call.flag("stderr"),
                        call.flag("logs"),
                        call.flag("stream")));
    }

    /** Makes the call's connection the process's streams, or answers with its output where the client cannot switch. */
    static void serve(Call call, Attachment attachment, StreamOptions options)
            throws IOException, InterruptedException {
        boolean tty = attachment.tty();
        if (call.wantsUpgrade()) {
            call.upgrade(
                    type(call, tty),
                    new StreamConnection(call.endPoint(), Runnable::run, attachment, options, Wire.PLAIN));
            return;
        }
        try (attachment) {
            Sink sink = call.stream(200, RAW);
            if (options.stdin()) {
                Thread.ofVirtual().name("input").start(() -> carryBody(call, attachment));
                Pump.run(attachment.output(), new Frames(tty, false), sink);
            } else {
                pumpWatched(call, attachment.output(), new Frames(tty, false), sink);
            }
            options.awaitEnd();
            sink.close();
        }
    }

    private static void carryBody(Call call, Attachment attachment) {
        try (var in = call.bodyStream()) {
            byte[] bytes = new byte[32 << 10];
            for (int n = in.read(bytes); n >= 0; n = in.read(bytes)) {
                attachment.write(bytes, 0, n);
            }
            attachment.closeStdin();
        } catch (IOException | RuntimeException e) {
            System.getLogger(StreamsApi.class.getName()).log(System.Logger.Level.DEBUG, "input ended early", e);
        }
    }

    /** Carries output until it ends or the client goes, also where there is nothing to carry. */
    private static void pumpWatched(Call call, OutputReader from, Frames frames, Sink to)
            throws IOException, InterruptedException {
        try (from;
                Vanishing watch = Vanishing.watch(call, from::close)) {
            Pump.run(from, frames, to);
        }
    }

    private void logs(Call call) throws IOException, InterruptedException {
        if (!call.flag("stdout") && !call.flag("stderr")) {
            throw EngineException.invalid("Bad parameters: you must choose at least one stream");
        }
        ContainerDetails container = containers.inspect(call.path("id"));
        boolean tty = Boolean.TRUE.equals(container.config().tty());
        boolean follow = call.flag("follow");
        OutputReader reader = containers.logs(
                container.id(),
                new LogOptions(
                        call.flag("stdout"),
                        call.flag("stderr"),
                        Times.parse(call.query("since")),
                        Times.parse(call.query("until")),
                        tail(call),
                        follow,
                        call.flag("details")));
        Frames frames = new Frames(tty, call.flag("timestamps"));
        if (follow) {
            Sink sink = call.stream(200, type(call, tty));
            pumpWatched(call, reader, frames, sink);
            sink.close();
        } else {
            Sink sink = call.lazyStream(200, type(call, tty));
            try (reader) {
                Pump.run(reader, frames, sink);
            }
            sink.close();
        }
    }

    /** How many lines; what is no number means all, as for Docker. */
    private static int tail(Call call) {
        String tail = call.query("tail");
        try {
            return tail == null ? -1 : Integer.parseInt(tail);
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    private void await(Call call) throws IOException {
        CompletableFuture<Integer> end = containers.await(call.path("id"), condition(call.query("condition")));
        if (end.isDone()) {
            call.json(ended(end));
            return;
        }
        // The head goes out now: the client starts the container once it has it.
        call.stream(200, Call.JSON_TYPE);
        Vanishing watch = Vanishing.watch(call, () -> end.cancel(false));
        end.whenComplete((_, failure) -> {
            watch.close();
            if (failure instanceof CancellationException) {
                call.abandon(new EofException("the client has gone"));
            } else {
                call.finish(Json.write(endedLate(end)));
            }
        });
    }

    private static WaitCondition condition(@Nullable String word) {
        return switch (word) {
            case null -> WaitCondition.NOT_RUNNING;
            case "not-running" -> WaitCondition.NOT_RUNNING;
            case "next-exit" -> WaitCondition.NEXT_EXIT;
            case "removed" -> WaitCondition.REMOVED;
            case "healthy" -> WaitCondition.HEALTHY;
            default -> throw EngineException.invalid("invalid condition: \"" + word + "\"");
        };
    }

    private static ContainerJson.Ended ended(CompletableFuture<Integer> end) {
        try {
            return new ContainerJson.Ended(end.join(), null);
        } catch (CompletionException e) {
            if (e.getCause() instanceof EngineException known) {
                throw known;
            }
            throw e;
        }
    }

    /** How it ended, or why that is not known, for an answer whose status has been sent. */
    private static ContainerJson.Ended endedLate(CompletableFuture<Integer> end) {
        try {
            return ended(end);
        } catch (EngineException | CompletionException e) {
            return new ContainerJson.Ended(125, new ContainerJson.EndedError(String.valueOf(e.getMessage())));
        }
    }

    /** Bytes of a line of JSON. */
    static byte[] line(Object value) {
        byte[] json = Json.write(value);
        byte[] line = java.util.Arrays.copyOf(json, json.length + 2);
        line[json.length] = '\r';
        line[json.length + 1] = '\n';
        return line;
    }
}
