package ondol.engine;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The tenant that a build is for. Its steps' containers are the tenant's, it finds the tenant's images only, takes nothing
 * for done that was done for others, and fetches no files by their addresses.
 */
public interface BuildOwner {
    /** The tenant's name. */
    String tenant();

    /** The engine's own name, or the id, of what a Dockerfile calls so; empty where the tenant has no such image. */
    Optional<String> find(String image);

    /** As {@link Registries#pull}: the image is the tenant's then. */
    void pull(String reference, @Nullable String platform, RegistryAuth auth, TransferProgress progress);
}
