package ondol.engine.networks;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import ondol.engine.EngineException;
import ondol.engine.HostConfig;
import ondol.network.egress.EgressPolicy;
import ondol.network.rate.NetRate;

/**
 * What a container, or a network, may send and receive: annotations of the one ({@code --annotation}), options of the other
 * ({@code -o}), with the same words.
 *
 * @param egress whom it may reach; empty for everybody
 * @param rate how fast it may send and receive
 */
public record TrafficOptions(Optional<EgressPolicy> egress, NetRate rate) {
    /** Rules as {@link EgressPolicy#parse} reads them, with semicolons between them. */
    public static final String EGRESS = "ondol.egress";

    public static final String RATE = "ondol.net-rate";
    public static final String RATE_IN = "ondol.net-rate-in";
    public static final String RATE_OUT = "ondol.net-rate-out";
    public static final String BURST = "ondol.net-burst";

    /** The words that it looks at. */
    public static final Set<String> KEYS = Set.of(EGRESS, RATE, RATE_IN, RATE_OUT, BURST);

    /**
     * Reads them.
     *
     * @throws EngineException where one makes no sense
     */
    public static TrafficOptions of(Map<String, String> values) {
        try {
            String egress = values.getOrDefault(EGRESS, "");
            return new TrafficOptions(
                    EgressPolicy.parse(
                            egress.isBlank()
                                    ? List.of()
                                    : List.of(egress.strip().split("\\s*;\\s*", -1))),
                    NetRate.parse(values.get(RATE), values.get(RATE_IN), values.get(RATE_OUT), values.get(BURST)));
        } catch (IllegalArgumentException e) {
            throw new EngineException(EngineException.Kind.INVALID, e.getMessage(), e);
        }
    }

    /** A container's. */
    public static TrafficOptions of(HostConfig host) {
        Map<String, String> annotations = host.annotations();
        return of(annotations == null ? Map.of() : annotations);
    }

    /** Whether names have to be answered for it to hold. */
    public boolean hasNames() {
        return egress.isPresent() && !egress.get().names().isEmpty();
    }
}
