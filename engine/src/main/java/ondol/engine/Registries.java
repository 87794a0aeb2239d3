package ondol.engine;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Images from and to registries. */
public interface Registries {
    /**
     * Pulls an image. Layers that are here are not fetched again; those that an earlier attempt left half are fetched from
     * where they end.
     *
     * @param reference {@code repository[:tag]} or {@code repository@digest}; the tag {@code latest} where it has neither
     * @param platform {@code os/architecture[/variant]}; null for this machine's
     * @return the image's id
     * @throws EngineException {@code NOT_FOUND}, {@code DENIED}; {@code INVALID} where the registry sends what cannot be
     *     right
     */
    String pull(String reference, @Nullable String platform, RegistryAuth auth, TransferProgress progress);

    /** All tags of a repository. */
    List<String> tags(String repository, RegistryAuth auth);

    /**
     * Pushes a tag of an image; what the registry has is not sent again.
     *
     * @return what is in the registry now
     */
    Manifest push(String reference, RegistryAuth auth, TransferProgress progress);

    /**
     * Asks a registry whether it knows a user.
     *
     * @throws EngineException {@code DENIED} where it does not
     */
    void login(RegistryAuth auth);

    /**
     * Looks for repositories by a part of their name.
     *
     * @param term the part; with {@code HOST/} before it another registry than Docker Hub is asked
     * @param limit at most so many
     */
    List<Found> search(String term, int limit, RegistryAuth auth);

    /**
     * A repository that was looked for.
     *
     * @param name as it can be pulled
     * @param stars how many users like it, where the registry counts that
     */
    record Found(String name, String description, int stars, boolean official) {}

    /** What a name stands for in its registry. */
    Manifest manifest(String reference, RegistryAuth auth);

    /**
     * A manifest or index.
     *
     * @param digest {@code sha256:…}
     * @param json its bytes; the caller's
     */
    record Manifest(String mediaType, String digest, byte[] json) {}
}
