package ondol.engine;

import io.avaje.jsonb.Json;
import io.avaje.recordbuilder.RecordBuilder;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A container's place in a network, in the words of Docker's Engine API: what was asked for, and what it has. A null is
 * "not said", or "has none".
 *
 * @param ipamConfig addresses that were asked for
 * @param links {@code container:alias}, names for this container alone
 * @param aliases names of the container in this network
 * @param macAddress as asked for, or as it has
 * @param driverOpts options of this endpoint
 * @param gwPriority the network with the highest one has the default route
 * @param ipAddress its IPv4 address, without a length
 * @param dnsNames all names under which others in the network find it
 */
@Json(naming = Json.Naming.UpperCamel)
@RecordBuilder
public record EndpointSettings(
        @Json.Property("IPAMConfig") @Nullable EndpointAddresses ipamConfig,
        @Json.Property("Links") @Nullable List<String> links,
        @Json.Property("Aliases") @Nullable List<String> aliases,
        @Nullable String macAddress,
        @Nullable Map<String, String> driverOpts,
        @Nullable Integer gwPriority,
        @Json.Property("NetworkID") @Nullable String networkId,
        @Json.Property("EndpointID") @Nullable String endpointId,
        @Json.Property("Gateway") @Nullable String gateway,
        @Json.Property("IPAddress") @Nullable String ipAddress,
        @Json.Property("IPPrefixLen") @Nullable Integer ipPrefixLen,
        @Json.Property("IPv6Gateway") @Nullable String ipv6Gateway,
        @Json.Property("GlobalIPv6Address") @Nullable String globalIpv6Address,
        @Json.Property("GlobalIPv6PrefixLen") @Nullable Integer globalIpv6PrefixLen,
        @Json.Property("DNSNames") @Nullable List<String> dnsNames) {}
