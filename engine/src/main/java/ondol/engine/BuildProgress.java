package ondol.engine;

/**
 * Hears how a build goes on, on one thread at a time. {@link #cancelled} ends it within a moment: the command that runs is
 * killed, and its container removed.
 */
public interface BuildProgress extends TransferProgress {
    /** What a person reads: steps, and what their commands write, as it comes. */
    void text(String text);

    /** A stage is done, and this is its image. The last one is the build's. */
    void image(String id);

    /** A command ended with another code than 0, which fails the build. */
    default void ended(int exitCode) {}
}
