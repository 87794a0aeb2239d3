package ondol.docker;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import ondol.engine.Attachment;
import ondol.engine.Output;
import ondol.engine.OutputReader;
import org.jspecify.annotations.Nullable;

/** The streams of a process that could not be executed: a sentence, and the end. */
final class SaidOnly implements Attachment, OutputReader {
    private final boolean tty;
    private @Nullable Output words;

    SaidOnly(String words, boolean tty) {
        this.tty = tty;
        this.words = new Output(Instant.now(), false, words.getBytes(StandardCharsets.UTF_8), false);
    }

    @Override
    public boolean tty() {
        return tty;
    }

    @Override
    public OutputReader output() {
        return this;
    }

    @Override
    public @Nullable Output next() {
        Output said = words;
        words = null;
        return said;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {}

    @Override
    public void closeStdin() {}

    @Override
    public void close() {}
}
