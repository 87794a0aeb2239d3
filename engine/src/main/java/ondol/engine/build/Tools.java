package ondol.engine.build;

import java.util.function.Consumer;
import ondol.engine.Containers;
import ondol.engine.Registries;
import ondol.image.ImageStore;
import ondol.image.Snapshots;

/**
 * What a build works with.
 *
 * @param keep is told a container that stays when its step is over
 */
public record Tools(
        ImageStore images,
        Snapshots snapshots,
        Containers containers,
        Registries registries,
        BuildCache cache,
        Consumer<String> keep) {}
