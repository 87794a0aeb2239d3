package ondol.docker;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.atomic.AtomicBoolean;
import ondol.docker.json.BuildJson;
import ondol.docker.json.TransferJson;
import ondol.engine.BuildProgress;
import org.jspecify.annotations.Nullable;

/** How a build goes on, as lines of JSON; quietly, only its end. */
final class BuildLines implements BuildProgress {
    private final Call call;
    private final boolean quiet;
    private final AtomicBoolean gone = new AtomicBoolean();
    private @Nullable Sink sink;
    private @Nullable Integer code;

    BuildLines(Call call, boolean quiet) {
        this.call = call;
        this.quiet = quiet;
    }

    /** Whether something was sent, so that an error has to be a line too. */
    boolean begun() {
        return sink != null;
    }

    void gone() {
        gone.set(true);
    }

    @Override
    public boolean cancelled() {
        return gone.get();
    }

    @Override
    public void text(String text) {
        if (!quiet) {
            send(new BuildJson.Text(text));
        }
    }

    @Override
    public void image(String id) {
        if (!quiet) {
            send(new BuildJson.Made(new BuildJson.Aux(id)));
        }
    }

    @Override
    public void ended(int exitCode) {
        code = exitCode;
    }

    @Override
    public void status(String id, String status) {
        if (!quiet) {
            send(new TransferJson.Line(
                    status, new TransferJson.Detail(null, null), id.isEmpty() ? null : id, null, null, null));
        }
    }

    @Override
    public void bytes(String id, String status, long current, long total) {
        if (!quiet) {
            send(new TransferJson.Line(status, new TransferJson.Detail(current, total), id, null, null, null));
        }
    }

    void fail(String message) {
        send(new BuildJson.Failed(new BuildJson.Detail(code, message), message));
    }

    void send(Object line) {
        try {
            Sink open = sink;
            if (open == null) {
                open = call.lazyStream(200, Call.JSON_TYPE);
                sink = open;
            }
            open.write(StreamsApi.line(line));
        } catch (IOException e) {
            gone.set(true);
            throw new UncheckedIOException(e);
        }
    }

    void close() {
        Sink open = sink;
        if (open == null) {
            call.reply(200);
        } else {
            open.close();
        }
    }
}
