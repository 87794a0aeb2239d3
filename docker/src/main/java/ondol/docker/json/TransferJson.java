package ondol.docker.json;

import io.avaje.jsonb.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the API says while images go to and from registries. */
public final class TransferJson {
    private TransferJson() {}

    /** A line of a progress stream. */
    @Json
    public record Line(
            @Nullable String status,
            @Nullable Detail progressDetail,
            @Nullable String id,
            @Nullable Pushed aux,
            ImageJson.@Nullable ErrorDetail errorDetail,
            @Nullable String error) {}

    /** How far it is, in bytes; both are null where nothing is counted. */
    @Json
    public record Detail(@Nullable Long current, @Nullable Long total) {}

    /** What is in the registry after a push. */
    @Json
    public record Pushed(
            @Json.Property("Tag") String tag,
            @Json.Property("Digest") String digest,
            @Json.Property("Size") long size) {}

    /** {@code POST /auth}, and the header {@code X-Registry-Auth}. */
    @Json
    public record Auth(
            @Nullable String username,
            @Nullable String password,
            @Nullable String auth,
            @Json.Alias({"serverAddress"}) @Nullable String serveraddress,
            @Json.Alias({"identityToken"}) @Nullable String identitytoken,
            @Json.Alias({"registryToken"}) @Nullable String registrytoken) {}

    /** The answer to {@code POST /auth}. */
    @Json
    public record LoggedIn(
            @Json.Property("Status") String status,
            @Json.Property("IdentityToken") String identityToken) {}

    /** {@code GET /distribution/NAME/json}. */
    @Json(naming = Json.Naming.UpperCamel)
    public record Distribution(
            @Json.Property("Descriptor") Content descriptor,
            @Json.Property("Platforms") List<Platform> platforms) {}

    /** A repository that {@code GET /images/search} found. */
    @Json
    public record Hit(
            @Json.Property("star_count") long stars,
            @Json.Property("is_official") boolean official,
            String name,
            @Json.Property("is_automated") boolean automated,
            String description) {}

    /** A content of a registry. */
    @Json
    public record Content(String mediaType, String digest, long size) {}

    /** What machine an image is for. */
    @Json
    public record Platform(
            String architecture, String os, @Nullable String variant) {}
}
