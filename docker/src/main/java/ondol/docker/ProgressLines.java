package ondol.docker;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Progress as lines of JSON that are the answer, which begins with the first of them. */
abstract class ProgressLines {
    private final Call call;
    private final AtomicBoolean gone = new AtomicBoolean();
    private @Nullable Sink sink;

    ProgressLines(Call call) {
        this.call = call;
    }

    /** Whether something was sent, so that an error has to be a line too. */
    final boolean begun() {
        return sink != null;
    }

    /** The client has gone. */
    final void gone() {
        gone.set(true);
    }

    public final boolean cancelled() {
        return gone.get();
    }

    /** @throws UncheckedIOException where the client has gone */
    final void send(Object line) {
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

    final void close() {
        Sink open = sink;
        if (open == null) {
            call.reply(200);
        } else {
            open.close();
        }
    }
}
