package ondol.engine;

/** Hears how a pull or push goes on, in Docker's words, on the thread that asked for it. */
public interface TransferProgress {
    /**
     * @param id the layer or tag it is about; may be empty
     * @param status such as {@code Pull complete}
     */
    void status(String id, String status);

    /**
     * @param current bytes so far
     * @param total bytes in all
     */
    void bytes(String id, String status, long current, long total);

    /** Whether nobody waits any more; asked about ten times a second. The transfer ends then. */
    default boolean cancelled() {
        return false;
    }
}
