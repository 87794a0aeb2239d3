package ondol.image;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A container's writable layer.
 *
 * @param id the container's
 * @param upper for {@code upperdir=}
 * @param work for {@code workdir=}
 * @param copy the whole root as a plain folder, where {@link Snapshots#materialize} made one: changes are there then
 */
public record Snapshot(
        String id,
        Path upper,
        Path work,
        RootLayers layers,
        @Nullable Path copy) {}
