package ondol.engine.logs;

/** What a server of logs gets for a line. */
public interface MessageForm {
    /**
     * A line, or a piece of one that is longer than 16 KiB.
     *
     * @param time nanoseconds since 1970 when it began
     * @param text without its line feed
     * @param piece how many pieces of the line there were before
     * @param last whether the line ends with it
     */
    record Message(boolean error, long time, byte[] text, int piece, boolean last) {}

    byte[] encode(Message message);
}
