package ondol.docker.json;

import io.avaje.jsonb.Json;
import java.util.List;
import java.util.Map;
import ondol.engine.EndpointSettings;
import org.jspecify.annotations.Nullable;

/** What the API says about networks. */
public final class NetworkJson {
    private NetworkJson() {}

    /** A network. */
    @Json(naming = Json.Naming.UpperCamel)
    public record Network(
            @Json.Property("Name") String name,
            @Json.Property("Id") String id,
            @Json.Property("Created") String created,
            @Json.Property("Scope") String scope,
            @Json.Property("Driver") String driver,
            @Json.Property("EnableIPv4") boolean enableIpv4,
            @Json.Property("EnableIPv6") boolean enableIpv6,
            @Json.Property("IPAM") Ipam ipam,
            @Json.Property("Internal") boolean internal,
            @Json.Property("Attachable") boolean attachable,
            @Json.Property("Ingress") boolean ingress,
            ConfigFrom configFrom,
            boolean configOnly,
            @Json.Property("Containers") Map<String, Member> containers,
            @Json.Property("Options") Map<String, String> options,
            @Json.Property("Labels") Map<String, String> labels) {}

    /** The answer to create. */
    @Json(naming = Json.Naming.UpperCamel)
    public record Created(
            @Json.Property("Id") String id,
            @Json.Property("Warning") String warning) {}

    /** The body of connect. */
    @Json(naming = Json.Naming.UpperCamel)
    public record Connect(
            @Json.Property("Container") @Nullable String container,
            @Nullable EndpointSettings endpointConfig) {}

    /** The body of an update: options of the network. */
    @Json(naming = Json.Naming.UpperCamel)
    public record Change(@Json.Property("Options") @Nullable Map<String, String> options) {}

    /** The body of disconnect. */
    @Json(naming = Json.Naming.UpperCamel)
    public record Disconnect(
            @Json.Property("Container") @Nullable String container,
            @Json.Property("Force") @Nullable Boolean force) {}

    /** What was pruned. */
    @Json(naming = Json.Naming.UpperCamel)
    public record Pruned(List<String> networksDeleted) {}

    /** How addresses are given out. */
    @Json(naming = Json.Naming.UpperCamel)
    public record Ipam(
            @Json.Property("Driver") String driver,
            @Json.Property("Options") @Nullable Map<String, String> options,
            @Json.Property("Config") List<Map<String, Object>> config) {}

    /** The network whose configuration this one takes. */
    @Json(naming = Json.Naming.UpperCamel)
    public record ConfigFrom(@Json.Property("Network") String network) {}

    /** A container in a network. */
    @Json(naming = Json.Naming.UpperCamel)
    public record Member(
            @Json.Property("Name") String name,
            @Json.Property("EndpointID") String endpointId,
            String macAddress,
            @Json.Property("IPv4Address") String ipv4Address,
            @Json.Property("IPv6Address") String ipv6Address) {}
}
