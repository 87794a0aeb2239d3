package ondol.engine.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.function.UnaryOperator;
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
        UnaryOperator<ContainerRecord> going =
                r -> r.change().status(Status.REMOVING).build();
        if (volumes && !container.record().anonymous().isEmpty()) {
            container.save(going); // whoever finishes this must know that the volumes go too
        } else {
            container.show(going);
        }
        house.registry().remove(container);
        if (volumes) {
            for (String volume : container.record().anonymous()) {
                house.volumes().removeQuietly(volume);
            }
        }
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
