package ondol.engine;

/** A connection to the streams of a container or an exec. Closing it leaves the process alone. */
public interface Attachment extends AutoCloseable {
    /** Whether there is a terminal: then output is raw, and all of it stdout. */
    boolean tty();

    /** What the process writes, until it ends. */
    OutputReader output();

    /** Sends input; waits while the process does not read. Nothing happens once the process has ended. */
    void write(byte[] bytes, int offset, int length);

    /** Ends the input, as the end of a file (pipes only; on a terminal nothing happens). */
    void closeStdin();

    /** The user has typed the keys that detach: said in the events, and nothing else; {@link #close} follows. */
    default void detached() {}

    @Override
    void close();
}
