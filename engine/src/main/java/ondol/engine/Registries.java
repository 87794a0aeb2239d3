package ondol.engine;

import java.util.List;
import java.util.Map;
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
     * Searches a registry for repositories.
     *
     * @param term a part of a name, after the registry's own name and a slash where it is not Docker Hub
     * @param limit how many at most, 1 to 100
     * @throws EngineException {@code UNSUPPORTED} where the registry cannot be searched
     */
    List<Hit> search(String term, int limit, RegistryAuth auth);

    /**
     * A repository that was found.
     *
     * @param name as it is pulled by
     * @param stars how many like it
     * @param official whether the registry's own people keep it
     */
    record Hit(String name, String description, long stars, boolean official) {}

    /** How registries are reached. */
    Reaching reaching();

    /**
     * How registries are reached.
     *
     * @param mirrors where images of a registry are looked for first, URLs by its name; {@code *} for all
     * @param insecure registries, {@code host[:port]}, and ranges of addresses whose certificate need not be right
     * @param httpProxy URL, without the password that it may have; empty for none, as the next two
     * @param noProxy what is reached without a proxy, after commas
     */
    record Reaching(
            Map<String, List<String>> mirrors,
            List<String> insecure,
            String httpProxy,
            String httpsProxy,
            String noProxy) {}

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
