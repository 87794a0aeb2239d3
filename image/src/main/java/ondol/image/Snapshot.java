package ondol.image;

import java.nio.file.Path;

/**
 * A container's writable layer.
 *
 * @param id the container's
 * @param upper for {@code upperdir=}
 * @param work for {@code workdir=}
 */
public record Snapshot(String id, Path upper, Path work, RootLayers layers) {}
