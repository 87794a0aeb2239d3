package ondol.docker;

import java.nio.charset.StandardCharsets;
import ondol.docker.json.ImageJson;
import ondol.engine.EngineException;
import ondol.engine.Images.ImageDetails;
import ondol.oci.image.Platform;
import org.jspecify.annotations.Nullable;

/** What machine an image is for: an image that is here is for one, and is as if it were not here for others. */
final class Platforms {
    private Platforms() {}

    /**
     * A platform as clients write it, {@code os[/architecture[/variant]]} or the OCI image specification's JSON.
     *
     * @return the former
     * @throws EngineException INVALID for JSON that is no platform
     */
    static String read(String text) {
        if (!text.startsWith("{")) {
            return text;
        }
        ImageJson.WantedPlatform wanted;
        try {
            wanted = Json.read(ImageJson.WantedPlatform.class, text.getBytes(StandardCharsets.UTF_8));
        } catch (EngineException e) {
            throw new EngineException(EngineException.Kind.INVALID, "failed to parse platform: " + e.getMessage(), e);
        }
        if (wanted == null || isEmpty(wanted.os()) || isEmpty(wanted.architecture())) {
            throw EngineException.invalid("both OS and Architecture must be provided");
        }
        return text(String.valueOf(wanted.architecture()), String.valueOf(wanted.os()), wanted.variant());
    }

    private static boolean isEmpty(@Nullable String text) {
        return text == null || text.isEmpty();
    }

    private static String text(String architecture, String os, @Nullable String variant) {
        return os + "/" + architecture + (isEmpty(variant) ? "" : "/" + variant);
    }

    /** Whether one is the other, or the other said less precisely. */
    static boolean fit(String actual, String wanted) {
        return (actual + "/").startsWith(wanted + "/") || (wanted + "/").startsWith(actual + "/");
    }

    /**
     * Looks whether a platform is this machine's, where one is said: what is imported or loaded is made for no other.
     *
     * @throws EngineException UNSUPPORTED where it is another
     */
    static void here(@Nullable String platform) {
        Platform here = Platform.here();
        String actual = text(here.architecture(), here.os(), here.variant());
        if (platform != null && !fit(actual, read(platform))) {
            throw new EngineException(
                    EngineException.Kind.UNSUPPORTED,
                    "images are imported and loaded for this machine's platform only, %s: not for %s"
                            .formatted(actual, read(platform)));
        }
    }

    /**
     * Looks whether an image is for a platform.
     *
     * @param name what it was asked for by
     * @throws EngineException NOT_FOUND, in Docker's words, where it is for another
     */
    static void check(ImageDetails image, String name, String platform) {
        String wanted = read(platform);
        String actual = text(image.architecture(), image.os(), image.variant());
        if (!fit(actual, wanted)) {
            throw EngineException.notFound("image with reference " + name
                    + " was found but does not match the specified platform: wanted " + wanted + ", actual: " + actual);
        }
    }
}
