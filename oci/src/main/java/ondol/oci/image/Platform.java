package ondol.oci.image;

import io.avaje.jsonb.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What machine an image is for.
 *
 * @param architecture as Go names it: {@code amd64}, {@code arm64}
 * @param os as Go names it: {@code linux}
 * @param variant of the architecture, such as {@code v8}
 */
@Json
public record Platform(
        String architecture,
        String os,
        @Json.Property("os.version") @Nullable String osVersion,
        @Json.Property("os.features") @Nullable List<String> osFeatures,
        @Nullable String variant) {
    /** The running machine. */
    public static Platform here() {
        String arch = System.getProperty("os.arch");
        return switch (arch) {
            case "aarch64" -> new Platform("arm64", "linux", null, null, "v8");
            case "x86_64" -> new Platform("amd64", "linux", null, null, null);
            default -> new Platform(arch, "linux", null, null, null);
        };
    }
}
