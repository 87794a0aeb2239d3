package ondol.docker;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import ondol.engine.ContainerConfigBuilder;
import ondol.engine.EngineException;
import ondol.engine.Images;
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
    public List<Removal> remove(String image, boolean force) {
        inspect(image);
        throw EngineException.conflict("the image host cannot be removed");
    }

    @Override
    public String importTar(
            InputStream tar, @Nullable String reference, @Nullable String message, List<String> changes) {
        try {
            return "sha256:" + String.format("%064x", tar.transferTo(java.io.OutputStream.nullOutputStream()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String importFolder(Path folder, @Nullable String reference) {
        return ID;
    }

    @Override
    public long layersSize() {
        return 1000;
    }
}
