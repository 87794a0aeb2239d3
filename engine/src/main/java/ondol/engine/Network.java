package ondol.engine;

import io.avaje.jsonb.Json;
import io.avaje.recordbuilder.RecordBuilder;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * A network, as its record file keeps it too.
 *
 * @param id 64 hexadecimal digits
 * @param driver {@code bridge}, {@code host}, {@code null}, {@code macvlan} or {@code ipvlan}
 * @param ipam with every subnet and gateway, also those that the engine chose
 * @param configFrom the network whose configuration it has; empty for none
 */
@Json(naming = Json.Naming.UpperCamel)
@RecordBuilder
public record Network(
        @Json.Property("Name") String name,
        @Json.Property("Id") String id,
        @Json.Property("Created") Instant created,
        @Json.Property("Driver") String driver,
        @Json.Property("EnableIPv4") boolean enableIPv4,
        @Json.Property("EnableIPv6") boolean enableIPv6,
        @Json.Property("IPAM") Ipam ipam,
        @Json.Property("Internal") boolean internal,
        @Json.Property("Attachable") boolean attachable,
        boolean configOnly,
        String configFrom,
        @Json.Property("Options") Map<String, String> options,
        @Json.Property("Labels") Map<String, String> labels) {

    /** The networks that are always there. */
    public static final List<String> PREDEFINED = List.of("bridge", "host", "none");

    /** Whether it is always there, and cannot be removed. */
    public boolean predefined() {
        return PREDEFINED.contains(name);
    }

    /** Its subnets. */
    public List<IpamPool> pools() {
        List<IpamPool> pools = ipam.config();
        return pools == null ? List.of() : pools;
    }
}
