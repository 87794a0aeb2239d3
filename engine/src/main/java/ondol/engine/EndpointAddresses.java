package ondol.engine;

import io.avaje.jsonb.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Addresses that a user asks for, in the words of {@code EndpointIPAMConfig} in Docker's Engine API. */
@Json(naming = Json.Naming.UpperCamel)
public record EndpointAddresses(
        @Json.Property("IPv4Address") @Nullable String ipv4Address,
        @Json.Property("IPv6Address") @Nullable String ipv6Address,
        @Json.Property("LinkLocalIPs") @Nullable List<String> linkLocalIps) {}
