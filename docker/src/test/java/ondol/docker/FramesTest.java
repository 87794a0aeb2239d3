package ondol.docker;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import ondol.engine.Output;
import org.junit.jupiter.api.Test;

/** Output on the wire: each byte once, in its stream, in its order. */
final class FramesTest {
    private static Output output(boolean error, String text) {
        return new Output(Instant.EPOCH, error, text.getBytes(StandardCharsets.UTF_8), false);
    }

    /** Stream and text of each frame. */
    private static List<String> frames(ByteBuffer bytes) {
        List<String> frames = new ArrayList<>();
        while (bytes.hasRemaining()) {
            int stream = bytes.getInt() >>> 24;
            byte[] content = new byte[bytes.getInt()];
            bytes.get(content);
            frames.add(stream + ":" + new String(content, StandardCharsets.UTF_8));
        }
        return frames;
    }

    @Test
    void linesOfOneStreamGoTogether() {
        Frames frames = new Frames(false, false);
        frames.add(output(false, "a\n"));
        frames.add(output(false, "b\n"));
        frames.add(output(true, "c\n"));
        frames.add(output(false, "d\n"));
        assertThat(frames(frames.take())).containsExactly("1:a\nb\n", "2:c\n", "1:d\n");
        frames.add(output(false, "e\n"));
        assertThat(frames(frames.take())).containsExactly("1:e\n");
    }

    @Test
    void longFramesStayWithinBounds() {
        Frames frames = new Frames(false, false);
        StringBuilder all = new StringBuilder();
        for (int i = 0; i < 1000; i++) {
            String line = "line " + i + " " + "x".repeat(i % 100) + "\n";
            all.append(line);
            frames.add(output(false, line));
        }
        List<String> sent = frames(frames.take());
        assertThat(sent).hasSizeGreaterThan(2).allMatch(frame -> frame.length() < (16 << 10));
        assertThat(String.join(
                        "", sent.stream().map(frame -> frame.substring(2)).toList()))
                .isEqualTo(all.toString());
    }

    @Test
    void eachLineHasItsTime() {
        Frames frames = new Frames(false, true);
        frames.add(output(false, "a\n"));
        frames.add(output(false, "b\n"));
        assertThat(frames(frames.take()))
                .containsExactly("1:1970-01-01T00:00:00.000000000Z a\n1970-01-01T00:00:00.000000000Z b\n");
    }
}
