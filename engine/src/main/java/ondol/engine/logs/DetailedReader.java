package ondol.engine.logs;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.StringJoiner;
import java.util.TreeMap;
import ondol.engine.Output;
import ondol.engine.OutputReader;
import org.jspecify.annotations.Nullable;

/** Lines with what their log says of the container before each, as {@code logs --details} shows it. */
public final class DetailedReader implements OutputReader {
    private final OutputReader lines;
    private final byte[] before;
    private final boolean[] inLine = new boolean[2];

    /** @param details in Docker's form: {@code key=value}, by commas, encoded as in a URL */
    public DetailedReader(OutputReader lines, Map<String, String> details) {
        this.lines = lines;
        StringJoiner text = new StringJoiner(",", "", " ");
        new TreeMap<>(details).forEach((key, value) -> text.add(encoded(key) + "=" + encoded(value)));
        this.before = text.toString().getBytes(StandardCharsets.US_ASCII);
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    @Override
    public @Nullable Output next() throws InterruptedException {
        return detailed(lines.next());
    }

    @Override
    public @Nullable Output poll() {
        return detailed(lines.poll());
    }

    private @Nullable Output detailed(@Nullable Output line) {
        if (line == null) {
            return null;
        }
        int stream = line.error() ? 1 : 0;
        boolean begins = !inLine[stream];
        inLine[stream] = line.partial();
        if (!begins) {
            return line;
        }
        byte[] bytes = Arrays.copyOf(before, before.length + line.bytes().length);
        System.arraycopy(line.bytes(), 0, bytes, before.length, line.bytes().length);
        return new Output(line.time(), line.error(), bytes, line.partial());
    }

    @Override
    public void close() {
        lines.close();
    }
}
