package ondol.network.dns;

import java.net.InetAddress;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * Who is called what, as each container sees it: a container knows the names of its own networks alone. What is true is
 * set as a whole and read without waiting, from any thread; the next question sees it.
 */
public final class NameTable {
    private volatile NameSnapshot snapshot = NameSnapshot.of(List.of());

    /**
     * Replaces everything by what is true now.
     *
     * @param endpoints those of one container in the order in which its networks are asked: where two networks know a
     *     name, the first one's answer counts
     */
    public void set(Collection<Endpoint> endpoints) {
        snapshot = NameSnapshot.of(endpoints);
    }

    /**
     * The addresses of a name, IPv4 and IPv6.
     *
     * @param container the ID of the container that asks
     * @param name in lower case, without a dot at the end; {@code NAME} or {@code NAME.NETWORK}
     * @return empty where nobody in its networks has this name; a name without addresses has an empty list
     */
    public Optional<List<InetAddress>> addresses(String container, String name) {
        return snapshot.addresses(container, name);
    }

    /**
     * The name of an address, as {@code NAME.NETWORK}.
     *
     * @param container the ID of the container that asks
     * @return empty where nobody in its networks has it
     */
    public Optional<String> name(String container, InetAddress address) {
        return snapshot.name(container, address);
    }

    /** The addresses of a name in any network, as the host sees it; else as {@link #addresses}. */
    public Optional<List<InetAddress>> onHost(String name) {
        return snapshot.onHost(name);
    }
}
