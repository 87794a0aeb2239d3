package ondol.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ParallelGzipTest {
    @TempDir
    Path scratch;

    /** Bytes that compress somewhat, with repetitions over the blocks' borders. */
    private static byte[] bytes(int length) {
        Random random = new Random(length);
        byte[] bytes = new byte[length];
        for (int at = 0; at < length; ) {
            int part = Math.min(length - at, 1 + random.nextInt(50_000));
            if (at > 100_000 && random.nextBoolean()) {
                System.arraycopy(bytes, at - 30_000, bytes, at, Math.min(part, 30_000));
            } else {
                for (int i = 0; i < part; i++) {
                    bytes[at + i] = (byte) random.nextInt(1 + at % 256);
                }
            }
            at += part;
        }
        return bytes;
    }

    private static byte[] compress(byte[] bytes, int level, int threads) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (OutputStream gzip = new ParallelGzip(out, level, threads)) {
            Random random = new Random(1);
            for (int at = 0; at < bytes.length; ) {
                int part = Math.min(bytes.length - at, 1 + random.nextInt(300_000));
                gzip.write(bytes, at, part);
                at += part;
            }
        }
        return out.toByteArray();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 100, 32 << 10, (256 << 10) - 1, 256 << 10, (256 << 10) + 1, 512 << 10, 5_000_000})
    void everyReaderTakesIt(int length) throws Exception {
        byte[] bytes = bytes(length);
        byte[] compressed = compress(bytes, 6, 4);
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(compressed))) {
            assertThat(in.readAllBytes()).isEqualTo(bytes);
        }
        Path file = scratch.resolve("a.gz");
        Files.write(file, compressed);
        Path gzip = Lab.tool("gzip");
        assertThat(Lab.run(gzip, "-tv", file)).contains("OK");
        Files.write(scratch.resolve("plain"), bytes);
        Lab.shell(scratch, "gzip -dc a.gz | cmp - plain");
    }

    @Test
    void theNumberOfThreadsMakesNoDifference() throws IOException {
        byte[] bytes = bytes(3_000_000);
        byte[] one = compress(bytes, 6, 1);
        assertThat(compress(bytes, 6, 7)).isEqualTo(one);
        assertThat(one.length).isLessThan(bytes.length);
    }

    @Test
    void whatCannotBeCompressedGrowsLittle() throws IOException {
        byte[] noise = new byte[4 << 20];
        new Random(5).nextBytes(noise);
        assertThat(compress(noise, 9, 2)).hasSizeLessThan(noise.length + noise.length / 1000 + 100);
    }

    @Test
    void aFailingStreamBelowFails() throws IOException {
        OutputStream full = new OutputStream() {
            private int taken;

            @Override
            public void write(int b) throws IOException {
                if (taken++ > 1000) {
                    throw new IOException("no space left");
                }
            }
        };
        byte[] noise = new byte[4 << 20];
        new Random(5).nextBytes(noise);
        assertThatThrownBy(() -> {
                    try (OutputStream gzip = new ParallelGzip(full, 1)) {
                        gzip.write(noise);
                    }
                })
                .hasMessage("no space left");
    }
}
