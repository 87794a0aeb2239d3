package ondol.docker;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import ondol.engine.ContainerConfigBuilder;
import ondol.engine.EngineException;
import ondol.engine.Images;
import ondol.engine.TransferProgress;
import org.jspecify.annotations.Nullable;

/** The one image of the test's engine: the machine itself. */
final class OneImage implements Images {
    static final String ID = "sha256:" + "0".repeat(64);

    @Override
    public List<ImageDetails> list() {
        return List.of(inspect("host"));
    }

    @Override
    public ImageDetails inspect(String image) {
        if (!image.equals("host") && !image.equals("some/where/host:latest")) {
            throw EngineException.notFound("No such image: " + image);
        }
        return new ImageDetails(
                ID,
                List.of("host:latest"),
                List.of(),
                null,
                Instant.EPOCH,
                null,
                "",
                "",
                "amd64",
                null,
                "linux",
                1000,
                ContainerConfigBuilder.builder().cmd(List.of("sh")).build(),
                List.of());
    }

    @Override
    public List<HistoryStep> history(String image) {
        return List.of(new HistoryStep(ID, Instant.EPOCH, "made", List.of("host:latest"), 1000, ""));
    }

    @Override
    public void tag(String image, String reference) {
        inspect(image);
    }

    @Override
    public List<Removal> remove(String image, boolean force, boolean parents) {
        inspect(image);
        throw EngineException.conflict("the image host cannot be removed");
    }

    @Override
    public String importTar(
            InputStream tar, @Nullable String reference, @Nullable String message, List<String> changes) {
        try {
            return "sha256:" + String.format("%064x", tar.transferTo(OutputStream.nullOutputStream()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String importFrom(
            String address,
            @Nullable String reference,
            @Nullable String message,
            List<String> changes,
            TransferProgress progress) {
        throw new EngineException(EngineException.Kind.UNSUPPORTED, "the test's engine fetches nothing");
    }

    @Override
    public String importFolder(Path folder, @Nullable String reference) {
        return ID;
    }

    @Override
    public void save(List<String> images, String format, OutputStream tar) {
        images.forEach(this::inspect);
        try {
            tar.write(format.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public List<Loaded> load(InputStream tar, LoadProgress progress) {
        return List.of(new Loaded(importTar(tar, null, null, List.of()), List.of("loaded:latest")));
    }

    @Override
    public byte[] manifest(String image) {
        inspect(image);
        return "{}".getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public Map<String, Long> sharedSizes() {
        return Map.of(ID, 0L);
    }

    @Override
    public List<String> folders(String image) {
        return List.of("/");
    }

    @Override
    public Check check() {
        return new Check(1, 0, 0, 0, 0, List.of());
    }

    @Override
    public long layersSize() {
        return 1000;
    }
}
