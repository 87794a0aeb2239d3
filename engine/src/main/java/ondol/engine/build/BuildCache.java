package ondol.engine.build;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.util.List;
import java.util.stream.Stream;
import ondol.engine.EngineException;
import ondol.image.Image;
import ondol.image.ImageException;
import ondol.image.ImageStore;
import ondol.oci.image.Digest;
import ondol.oci.image.ExecutionConfig;
import org.jspecify.annotations.Nullable;

/**
 * Which image a step made of which: one small file for each, named by the sum of the image below, of what was done and of
 * the configuration that came of it, and holding the id of the image that it led to. Only builds of this engine write it:
 * what an image from elsewhere says of its own making counts for nothing.
 */
public final class BuildCache {
    private static final int ID_LENGTH = 71;

    private final Path folder;
    private final ImageStore images;
    private final SecureRandom random = new SecureRandom();

    /** @param folder is made where it is not there */
    public BuildCache(Path folder, ImageStore images) {
        this.folder = folder;
        this.images = images;
    }

    /**
     * A step.
     *
     * @param below the image that it begins with
     * @param tenant whose build it is; empty for nobody's: what the commands of others made is taken by nobody else
     */
    record Step(Image below, String createdBy, ExecutionConfig config, String tenant) {
        String key() {
            String config = String.valueOf(StageState.plain(config()));
            return String.join("\n", below.id().toString(), config, createdBy, tenant);
        }
    }

    /** What a step leads to where it was done before and its image is still there, else null. */
    @Nullable
    Image find(Step step) {
        Path file = file(step);
        try {
            if (!Files.exists(file) || Files.size(file) != ID_LENGTH) {
                return null;
            }
            Image found = images.resolve(Files.readString(file));
            boolean same = step.below().id().toString().equals(found.parent())
                    && StageState.plain(found.config().execution()).equals(StageState.plain(step.config()));
            return same ? found : null;
        } catch (ImageException | IOException e) {
            return null; // it went meanwhile: the step is done again
        }
    }

    void put(Step step, Image made) {
        try {
            Files.createDirectories(folder);
            Path beside = folder.resolve("." + Long.toHexString(random.nextLong()));
            Files.writeString(beside, made.id().toString());
            Files.move(beside, file(step), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new EngineException(
                    EngineException.Kind.FAILED, "cannot write to the build cache: " + e.getMessage(), e);
        }
    }

    private Path file(Step step) {
        return folder.resolve(
                Digest.of(step.key().getBytes(StandardCharsets.UTF_8)).hex());
    }

    /** Forgets all of it, and gives the ids of the images that it knew. */
    public List<String> clear() {
        return forget(_ -> true);
    }

    /** Forgets what leads to images that are no longer there, and halves of entries. */
    public void tidy() {
        forget(id -> {
            try {
                images.resolve(id);
                return false;
            } catch (ImageException e) {
                return true;
            }
        });
    }

    private List<String> forget(java.util.function.Predicate<String> going) {
        List<String> gone = new java.util.ArrayList<>();
        if (!Files.isDirectory(folder)) {
            return gone;
        }
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                String id = Files.size(file) == ID_LENGTH ? Files.readString(file) : "";
                if (going.test(id)) {
                    Files.deleteIfExists(file);
                    gone.add(id);
                }
            }
            return gone;
        } catch (IOException e) {
            throw new EngineException(
                    EngineException.Kind.FAILED, "cannot clear the build cache: " + e.getMessage(), e);
        }
    }
}
