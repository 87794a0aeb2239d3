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

    /**
     * Publishes one more port of a container: at once where it runs, and at each of its starts.
     *
     * @param port such as {@code 80/tcp}
     * @param binding of the machine; an empty port is one of the engine's choice, an empty address stands for all
     * @throws EngineException where the port is taken, with who has it
     */
    void publish(String container, String port, PortBinding binding);

    /**
     * Withdraws a published port of a container, at once and for good.
     *
     * @param binding which of the port's; all of them where it is empty
     * @throws EngineException {@code NOT_FOUND} where there is none
     */
    void withdraw(String container, String port, PortBinding binding);

    /**
     * Changes what a network as a whole may reach and how fast, at once where it is used.
     *
     * @param options of the network, such as {@code ondol.net-rate}; those that are not said stay. {@code ondol.net-rate} alone
     *     takes the place of what was said of one way
     * @throws EngineException {@code INVALID} for other options, or values that make no sense; {@code UNSUPPORTED} where the
     *     kernel cannot hold it
     */
    void update(String network, Map<String, String> options);

    /** Takes a container out of a network, at once where it runs. */
    void disconnect(String network, String container, boolean force);
}
