package ondol.engine;

import java.util.List;
import java.util.Map;

/**
 * The networks of an engine. A method that takes a {@code network} takes its name, its id or an unambiguous beginning of
 * the id. {@code bridge}, {@code host} and {@code none} are always there.
 */
public interface Networks {
    /**
     * Makes a network. Nothing of it is on the machine before a container uses it.
     *
     * @throws EngineException {@code CONFLICT} for a name in use, {@code INVALID} for subnets that make no sense or overlap
     *     with others, {@code DENIED} for the name of a predefined one
     */
    Created create(NetworkConfig config);

    /** A network that was made, and what the user ought to know about it. */
    record Created(String id, List<String> warnings) {}

    /** All of them, by name. */
    List<Network> list();

    Network inspect(String network);

    /** The running containers in a network, by their ids. */
    Map<String, Member> members(String network);

    /** A running container's place in a network; addresses have their lengths, and are empty where there are none. */
    record Member(String name, String endpointId, String macAddress, String ipv4Address, String ipv6Address) {}

    /**
     * Removes a network.
     *
     * @throws EngineException {@code DENIED} for a predefined one, {@code CONFLICT} where running containers are in it
     */
    void remove(String network);

    /** Connects a container to one more network, at once where it runs. */
    void connect(String network, String container, EndpointSettings settings);

    /** Takes a container out of a network, at once where it runs. */
    void disconnect(String network, String container, boolean force);
}
