package ondol.engine.local;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import ondol.engine.ContainerConfig;
import ondol.image.ConfigChanges;
import ondol.image.Image;
import ondol.image.NewImage;
import ondol.image.Snapshot;
import ondol.oci.image.ExecutionConfig;
import org.jspecify.annotations.Nullable;

/** An image made of a container: its own image, and what is in its writable layer. */
final class Committing {
    private final House house;

    Committing(House house) {
        this.house = house;
    }

    /** As {@link ondol.engine.Containers#commit}, of a container that changes nothing meanwhile. */
    String commit(
            Container container,
            @Nullable ContainerConfig over,
            @Nullable String name,
            @Nullable String author,
            @Nullable String message,
            List<String> changes) {
        ContainerRecord record = container.record();
        Snapshot snapshot = house.snapshots().open(container.id());
        Image made = LocalImages.translate(() -> {
            Image base = house.images().resolve(record.imageId());
            NewImage wanted = new NewImage(
                    LocalImages.name(name),
                    ConfigChanges.apply(configuration(record.config(), over), changes),
                    Objects.requireNonNullElse(author, ""),
                    Objects.requireNonNullElse(message, ""),
                    String.join(" ", command(record)));
            return house.snapshots().withUpper(snapshot, upper -> house.images().commit(upper, base, wanted));
        });
        house.publish(
                container,
                "commit",
                Map.of(
                        "comment", Objects.requireNonNullElse(message, ""),
                        "imageID", made.id().toString(),
                        "imageRef", Objects.requireNonNullElse(name, "")));
        return made.id().toString();
    }

    private static ExecutionConfig configuration(ContainerConfig own, @Nullable ContainerConfig over) {
        ExecutionConfig kept = ImageConfigs.execution(own);
        return over == null ? kept : ImageConfigs.execution(ImageConfigs.merge(kept, over));
    }

    private static List<String> command(ContainerRecord record) {
        List<String> command = new ArrayList<>(List.of(record.path()));
        command.addAll(record.args());
        return command;
    }
}
