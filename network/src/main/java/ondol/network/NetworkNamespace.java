package ondol.network;

/** Which network namespace a container's processes live in ({@code man 7 network_namespaces}). */
public sealed interface NetworkNamespace {
    /** One made for the container. */
    record Own() implements NetworkNamespace {}

    /** The machine's. */
    record Host() implements NetworkNamespace {}

    /**
     * That of another container, which must be running.
     *
     * @param container its name or ID, as the user gave it
     */
    record OfContainer(String container) implements NetworkNamespace {}
}
