package ondol.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import ondol.oci.image.Digest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What goes in comes out, once for the reader and once for the sum, whoever stops first. */
@Timeout(30)
class ChunkPipeTest {
    private final ChunkPipe pipe = new ChunkPipe();

    private static byte[] noise(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    private CompletableFuture<Digest> summing() {
        return running(pipe::sum);
    }

    private static <T> CompletableFuture<T> running(java.util.concurrent.Callable<T> work) {
        CompletableFuture<T> done = new CompletableFuture<>();
        Thread.ofPlatform().daemon().start(() -> {
            try {
                done.complete(work.call());
            } catch (Exception e) {
                done.completeExceptionally(e);
            }
        });
        return done;
    }

    private void write(byte[] bytes) throws IOException {
        Random random = new Random(1);
        for (int at = 0; at < bytes.length; ) {
            int part = Math.min(bytes.length - at, 1 + random.nextInt(600_000));
            pipe.in.write(bytes, at, part);
            at += part;
        }
        pipe.in.close();
    }

    @Test
    void allOfItComesOutAndIsSummedUp() throws Exception {
        byte[] bytes = noise(20_000_000);
        CompletableFuture<Digest> sum = summing();
        CompletableFuture<byte[]> read = running(() -> {
            try (InputStream out = pipe.out) {
                return out.readAllBytes();
            }
        });
        write(bytes);
        assertThat(read.get()).isEqualTo(bytes);
        assertThat(sum.get()).isEqualTo(Digest.of(bytes));
    }

    @Test
    void allOfItIsSummedUpWhereNobodyReadsAnyMore() throws Exception {
        byte[] bytes = noise(20_000_000);
        CompletableFuture<Digest> sum = summing();
        CompletableFuture<Boolean> read = running(() -> {
            try (InputStream out = pipe.out) {
                out.readNBytes(3_000_000);
            }
            return pipe.ignored();
        });
        write(bytes);
        assertThat(read.get()).isTrue();
        assertThat(sum.get()).isEqualTo(Digest.of(bytes));
        assertThat(pipe.out.read()).isEqualTo(-1);
    }

    @Test
    void aFailureReachesTheReaderAndEndsTheSum() throws Exception {
        CompletableFuture<Digest> sum = summing();
        pipe.in.write(noise(1000));
        pipe.fail(new IOException("no space left"));
        assertThatThrownBy(pipe.out::readAllBytes)
                .hasMessage("the tar broke off")
                .hasRootCauseMessage("no space left");
        assertThat(sum.get()).isEqualTo(Digest.of(noise(1000)));
    }
}
