package ondol.network;

/**
 * How a container reaches others: where a network plugs in at a container's start. The engine makes the container's
 * namespaces as {@link #namespace()} says, calls {@link #attach} while the container's first process waits at its gate,
 * lets it go, and calls {@link #detach} when it has ended.
 */
public interface NetworkDriver {
    /** Which network namespace the container's processes live in. Loopback is up in one that is made for them. */
    NetworkNamespace namespace();

    /**
     * Puts links, addresses and routes into a container's namespace. Whatever it makes must go with the namespace, or be
     * named after the container, so that {@link #detach} finds it after a crash.
     *
     * @param container the container's ID
     * @param namespace a descriptor of its network namespace; it is open during this call alone
     * @throws ondol.linux.KernelException where the kernel refuses; what was done until then is undone
     */
    void attach(String container, int namespace);

    /**
     * Removes what outlives the namespace. Called at least once for each container that was attached, even where attaching
     * failed or the engine was killed meanwhile; the second time does nothing.
     *
     * @param container the container's ID
     */
    void detach(String container);

    /**
     * The driver of a network mode, as {@code docker run --network} takes it: {@code none}, {@code host} or
     * {@code container:ID}; {@code default} is {@code none}, the only one that needs nothing of the machine.
     *
     * @throws IllegalArgumentException where the mode is another
     */
    static NetworkDriver of(String mode) {
        return switch (mode) {
            case "none", "default", "" -> new PlainNetwork(new NetworkNamespace.Own());
            case "host" -> new PlainNetwork(new NetworkNamespace.Host());
            default -> new PlainNetwork(new NetworkNamespace.OfContainer(container(mode)));
        };
    }

    private static String container(String mode) {
        String prefix = "container:";
        if (mode.startsWith(prefix) && mode.length() > prefix.length()) {
            return mode.substring(prefix.length());
        }
        throw new IllegalArgumentException(
                "there is no network \"" + mode + "\": use none, host or container: with a container's name or ID");
    }
}
