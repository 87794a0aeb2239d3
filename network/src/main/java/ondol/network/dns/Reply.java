package ondol.network.dns;

/** What becomes of a message. */
sealed interface Reply {
    /** Nothing: it is no question. */
    record Nothing() implements Reply {}

    /** This is the answer. */
    record Answer(byte[] message) implements Reply {}

    /**
     * A resolver may know.
     *
     * @param name in lower case, without a dot at the end
     * @param end where the question section ends
     * @param limit how long an answer by UDP may be, in bytes
     */
    record HandOn(String name, int end, int limit) implements Reply {}
}
