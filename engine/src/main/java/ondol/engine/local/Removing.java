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

/** Removing a container and all that is its own. */
final class Removing {
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
            delete(container.folder());
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

    static void delete(Path folder) throws IOException {
        List<Path> all;
        try (Stream<Path> walk = Files.walk(folder)) {
            all = walk.sorted(Comparator.reverseOrder()).toList();
        } catch (NoSuchFileException e) {
            return;
        }
        for (Path path : all) {
            Files.deleteIfExists(path);
        }
    }
}
