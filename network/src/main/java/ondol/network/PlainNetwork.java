package ondol.network;

/** A network that is all said with the namespace: nothing to put into it, and nothing that outlives it. */
record PlainNetwork(NetworkNamespace namespace) implements NetworkDriver {
    @Override
    public void attach(String container, int namespace) {
        // the plan that makes a namespace brings its loopback up
    }

    @Override
    public void detach(String container) {
        // the kernel took it with the last process
    }
}
