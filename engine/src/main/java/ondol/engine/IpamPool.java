package ondol.engine;

import io.avaje.jsonb.Json;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A subnet of a network, in the words of {@code IPAMConfig} in Docker's Engine API.
 *
 * @param subnet such as {@code 172.28.0.0/16}
 * @param ipRange the part of it from which containers get addresses; null for all of it
 * @param gateway the network's own address in it
 * @param auxiliaryAddresses addresses that others have, by a name for the reader
 */
@Json(naming = Json.Naming.UpperCamel)
public record IpamPool(
        @Json.Property("Subnet") @Nullable String subnet,
        @Json.Property("IPRange") @Nullable String ipRange,
        @Json.Property("Gateway") @Nullable String gateway,
        @Nullable Map<String, String> auxiliaryAddresses) {}
