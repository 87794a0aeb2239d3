package ondol.image.registry;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import ondol.image.ImageException;
import ondol.oci.image.ImageJson;
import org.jspecify.annotations.Nullable;

/**
 * How registries are reached. Read from {@code registries.json} in the engine's data root:
 *
 * <pre>{@code
 * {
 *   "mirrors": {"docker.io": ["https://mirror.example"], "*": ["http://cache.example:5000"]},
 *   "insecure": ["registry.local:5000", "10.0.0.0/8"],
 *   "downloads": 3,
 *   "uploads": 3
 * }
 * }</pre>
 *
 * @param mirrors where images of a registry are looked for first, by its name; {@code *} for all
 * @param insecure registries whose certificate need not be right and that may speak http; 127.0.0.0/8 and localhost always
 * @param certificates a folder with a folder per {@code host[:port]}: certificates of authorities in {@code *.crt} (PEM)
 * @param downloads layers that are fetched at the same time
 * @param uploads layers that are sent at the same time
 * @param patience what is waited before a request is sent the second time; doubled each time
 */
public record RegistryOptions(
        Map<String, List<URI>> mirrors,
        List<String> insecure,
        @Nullable Path certificates,
        int downloads,
        int uploads,
        Duration patience) {
    private static final int MOST_TRANSFERS = 64;

    /** Nothing configured. */
    public static final RegistryOptions DEFAULT =
            new RegistryOptions(Map.of(), List.of(), null, 3, 3, Duration.ofMillis(500));

    /**
     * Those of a data root; the defaults where it has none.
     *
     * @throws ImageException INVALID where the file makes no sense
     */
    public static RegistryOptions read(Path dataRoot) {
        Path file = dataRoot.resolve("registries.json");
        Path certificates = dataRoot.resolve("certs.d");
        if (!Files.exists(file)) {
            return new RegistryOptions(
                    Map.of(), List.of(), certificates, DEFAULT.downloads, DEFAULT.uploads, DEFAULT.patience);
        }
        try {
            Object json = ImageJson.read(Files.readAllBytes(file), Object.class, file.toString());
            Map<String, List<URI>> mirrors = new LinkedHashMap<>();
            for (Map.Entry<String, Object> mirror :
                    Json.map(Json.map(json).get("mirrors")).entrySet()) {
                mirrors.put(mirror.getKey(), uris(Json.texts(mirror.getValue()), file));
            }
            Map<String, Object> all = Json.map(json);
            return new RegistryOptions(
                    mirrors,
                    Json.texts(all.get("insecure")),
                    certificates,
                    count(all.get("downloads"), DEFAULT.downloads),
                    count(all.get("uploads"), DEFAULT.uploads),
                    DEFAULT.patience);
        } catch (IOException e) {
            throw ImageException.failed("cannot read " + file, e);
        } catch (IllegalArgumentException e) {
            throw new ImageException(ImageException.Kind.INVALID, String.valueOf(e.getMessage()), e);
        }
    }

    private static List<URI> uris(List<String> texts, Path file) {
        List<URI> uris = new ArrayList<>();
        for (String text : texts) {
            URI uri = URI.create(text.endsWith("/") ? text.substring(0, text.length() - 1) : text);
            boolean web = "https".equals(uri.getScheme()) || "http".equals(uri.getScheme());
            if (!web || uri.getHost() == null) {
                throw new IllegalArgumentException(
                        "%s: the mirror \"%s\" is no URL that begins with https:// or http://".formatted(file, text));
            }
            uris.add(uri);
        }
        return List.copyOf(uris);
    }

    private static int count(@Nullable Object value, int missing) {
        return value instanceof Number number ? Math.clamp(number.longValue(), 1, MOST_TRANSFERS) : missing;
    }

    /** The mirrors of a registry. */
    List<URI> mirrorsOf(String domain) {
        List<URI> own = mirrors.get(domain);
        return own != null ? own : mirrors.getOrDefault("*", List.of());
    }

    /** Whether a registry, {@code host[:port]}, may be reached without a right certificate. */
    boolean isInsecure(String authority) {
        String host = host(authority);
        return Addresses.isLoopback(host)
                || insecure.contains(authority)
                || insecure.contains(host)
                || insecure.stream().anyMatch(range -> Addresses.inRange(host, range));
    }

    static String host(String authority) {
        int colon = authority.lastIndexOf(':');
        String host = colon > authority.lastIndexOf(']') ? authority.substring(0, colon) : authority;
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }
}
