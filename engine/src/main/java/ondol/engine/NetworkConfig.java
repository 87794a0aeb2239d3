package ondol.engine;

import io.avaje.jsonb.Json;
import io.avaje.recordbuilder.RecordBuilder;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A network to be made, in the words of Docker's Engine API. A null is "not said".
 *
 * @param driver {@code bridge}, {@code macvlan} or {@code ipvlan}; null for bridge
 * @param enableIPv4 null for true
 * @param enableIPv6 null for false, unless there is an IPv6 subnet
 * @param internal without a way to outside
 * @param configOnly only a configuration, for others to be made from
 * @param configFrom the network whose configuration is taken
 * @param options of the driver, such as {@code com.docker.network.bridge.name}
 */
@Json(naming = Json.Naming.UpperCamel)
@RecordBuilder
public record NetworkConfig(
        @Json.Property("Name") @Nullable String name,
        @Json.Property("Driver") @Nullable String driver,
        @Json.Property("Scope") @Nullable String scope,
        @Json.Property("EnableIPv4") @Nullable Boolean enableIPv4,
        @Json.Property("EnableIPv6") @Nullable Boolean enableIPv6,
        @Json.Property("IPAM") @Nullable Ipam ipam,
        @Json.Property("Internal") @Nullable Boolean internal,
        @Json.Property("Attachable") @Nullable Boolean attachable,
        @Json.Property("Ingress") @Nullable Boolean ingress,
        @Nullable Boolean configOnly,
        @Nullable ConfigFrom configFrom,
        @Json.Property("Options") @Nullable Map<String, String> options,
        @Json.Property("Labels") @Nullable Map<String, String> labels) {}
