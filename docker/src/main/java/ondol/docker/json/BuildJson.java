package ondol.docker.json;

import io.avaje.jsonb.Json;
import org.jspecify.annotations.Nullable;

/** What the API says while an image is built. */
public final class BuildJson {
    private BuildJson() {}

    /** Text for a person. */
    @Json
    public record Text(String stream) {}

    /** The image of a stage. */
    @Json
    public record Made(Aux aux) {}

    /** An image's id. */
    @Json(naming = Json.Naming.UpperCamel)
    public record Aux(@Json.Property("ID") String id) {}

    /** Why it ended early. */
    @Json
    public record Failed(Detail errorDetail, String error) {}

    /** @param code a command's exit code; null where no command failed */
    @Json
    public record Detail(@Nullable Integer code, String message) {}
}
