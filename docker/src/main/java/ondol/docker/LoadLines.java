package ondol.docker;

import java.io.IOException;
import java.io.UncheckedIOException;
import ondol.docker.json.ImageJson;
import ondol.engine.Images;
import org.jspecify.annotations.Nullable;

/** The lines that tell how far a load is: a few in a second, and one at a layer's end. */
final class LoadLines implements Images.LoadProgress {
    private static final long PAUSE = 100_000_000;
    /** Smaller parts are there before a bar could be drawn. */
    private static final long SMALL = 512 << 10;

    private static final int SHORT_ID = 12;

    private final Sink sink;
    private final boolean quiet;
    private @Nullable String part;
    private long told;
    private boolean begun;

    LoadLines(Sink sink, boolean quiet) {
        this.sink = sink;
        this.quiet = quiet;
    }

    boolean begun() {
        return begun;
    }

    void say(String line) throws IOException {
        begun = true;
        sink.write(StreamsApi.line(new ImageJson.Said(line + "\n")));
    }

    @Override
    public void read(String name, long current, long total) {
        long now = System.nanoTime();
        boolean ends = current == total;
        if (quiet || total < SMALL || (!ends && name.equals(part) && now - told < PAUSE)) {
            return;
        }
        part = name;
        told = now;
        begun = true;
        try {
            sink.write(StreamsApi.line(new ImageJson.Loading(
                    "Loading layer",
                    new ImageJson.ProgressDetail(current, total),
                    ProgressBar.text(current, total),
                    id(name))));
        } catch (IOException e) {
            throw new UncheckedIOException("the client has gone", e);
        }
    }

    private static String id(String name) {
        String plain = name.startsWith("blobs/sha256/") ? name.substring("blobs/sha256/".length()) : name;
        return plain.length() > SHORT_ID ? plain.substring(0, SHORT_ID) : plain;
    }
}
