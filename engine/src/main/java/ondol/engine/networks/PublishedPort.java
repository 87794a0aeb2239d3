package ondol.engine.networks;

import io.avaje.jsonb.Json;

/**
 * A port of the machine that leads to a container, as its record keeps it while it runs.
 *
 * @param hostIp an address of the machine, or {@code 0.0.0.0} or {@code ::} for all
 * @param protocol {@code tcp}, {@code udp} or {@code sctp}
 */
@Json
public record PublishedPort(String hostIp, int hostPort, String protocol, int containerPort) {
    /** As {@code 80/tcp}. */
    public String key() {
        return containerPort + "/" + protocol;
    }
}
