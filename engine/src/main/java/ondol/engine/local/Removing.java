package ondol.engine.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import ondol.engine.ContainerDetails.Status;
import ondol.engine.EngineException;
import org.jspecify.annotations.Nullable;

/** Removing a container and all that is its own. */
final class Removing {
    private static final System.Logger LOG = System.getLogger(Removing.class.getName());

    private final House house;

    Removing(House house) {
        this.house = house;
    }

    /**
     * Removes a container that does not run, whose stage the caller holds. First its record: without one, what is left
     * of it is nobody's, and goes at the next start at the latest.
     */
    void remove(Container container, boolean volumes) {
        container.show(r -> r.change().status(Status.REMOVING).build());
        house.registry().remove(container);
        house.records().drop(container.folder());
        try {
            Files.deleteIfExists(container.folder().resolve(ContainerFiles.RECORD));
            house.snapshots().remove(container.id());
            deleteExcept(container.folder(), container.logs().folder());
            container.readers.whenNone(() -> deleteQuietly(container.folder()));
        } catch (IOException e) {
            throw new EngineException(
                    EngineException.Kind.FAILED,
                    "cannot remove container %s: %s".formatted(container.id(), e.getMessage()),
                    e);
        }
        container.removed().complete(container.record().exitCode());
        if (volumes) {
            for (String volume : container.record().anonymous()) {
                house.volumes().removeQuietly(volume);
            }
        }
        house.publish(container, "destroy");
    }

    /** What is left, and is nobody's, goes at the next start at the latest. */
    private static void deleteQuietly(Path folder) {
        try {
            delete(folder);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "{0} is left: {1}", folder, e.getMessage());
        }
    }

    static void delete(Path folder) throws IOException {
        deleteExcept(folder, null);
    }

    private static void deleteExcept(Path folder, @Nullable Path kept) throws IOException {
        List<Path> all;
        try (Stream<Path> walk = Files.walk(folder)) {
            all = walk.filter(path -> kept == null || !(path.startsWith(kept) || kept.startsWith(path)))
                    .sorted(Comparator.reverseOrder())
                    .toList();
        } catch (NoSuchFileException e) {
            return;
        }
        for (Path path : all) {
            Files.deleteIfExists(path);
        }
    }
}
