package ondol.engine.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Objects;
import java.util.function.UnaryOperator;
import ondol.engine.ContainerDetails.Status;
import ondol.engine.EngineException;
import ondol.image.Trees;
import ondol.linux.Descriptor;
import ondol.linux.Files;
import ondol.linux.KernelException;

/** Removing a container and all that is its own. */
final class Removing {
    private static final System.Logger LOG = System.getLogger(Removing.class.getName());

    private final House house;

    Removing(House house) {
        this.house = house;
    }

    /**
     * Removes a container that does not run, whose stage the caller holds. Its folder goes at once, with the record in
     * it, by one rename; what is in it is deleted by a worker, or by the next engine. Where somebody still reads its output
     * the folder stays for that long.
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
        String tenant = container.record().tenant();
        if (tenant != null) {
            house.tenants().left(tenant);
        }
        house.endpoints().release(container.record());
        house.records().drop(container.folder());
        if (volumes) {
            for (String volume : container.record().anonymous()) {
                house.volumes().removeQuietly(volume);
            }
        }
        try {
            if (!container.readers.whenNone(() -> discard(container))) {
                // a folder without a record is nobody's, and goes at the next start at the latest
                java.nio.file.Files.deleteIfExists(container.folder().resolve(ContainerFiles.RECORD));
            }
            house.snapshots().remove(container.id());
            ImageMount.remove(house, container.id(), container.record().mounts());
        } catch (IOException | UncheckedIOException e) {
            throw new EngineException(
                    EngineException.Kind.FAILED,
                    "cannot remove container %s: %s".formatted(container.id(), e.getMessage()),
                    e);
        }
        container.endRun(container.record().exitCode()); // for whoever waits for a run that will not be
        container.removed().complete(container.record().exitCode());
        house.publish(container, "destroy");
    }

    /** The one rename. Called by the last reader where there are some, so whatever takes time is left to a worker. */
    private void discard(Container container) {
        try {
            Path gone = house.folders().trash().resolve(container.id());
            java.nio.file.Files.move(container.folder(), gone, StandardCopyOption.ATOMIC_MOVE);
            house.later(() -> deleteQuietly(gone));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void deleteQuietly(Path folder) {
        try {
            delete(folder);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "{0} is left: {1}", folder, e.getMessage());
        }
    }

    /** Deletes a folder and all that is in it, which a container may have made as deep as it likes; content without one. */
    static void delete(Path folder) throws IOException {
        Path parent = Objects.requireNonNull(folder.getParent());
        try (Descriptor above = Files.open(parent.toString(), Files.O_PATH | Files.O_DIRECTORY)) {
            Trees.delete(above, String.valueOf(folder.getFileName()));
        } catch (KernelException e) {
            throw new IOException(e.getMessage(), e);
        }
    }
}
