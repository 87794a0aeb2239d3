package ondol.image.archive;

/** Is told how far the reading of an archive is, often. */
@FunctionalInterface
public interface LoadProgress {
    /** Nobody wants to know. */
    LoadProgress NONE = (_, _, _) -> {};

    /**
     * Bytes of one member were read.
     *
     * @param member its name in the archive
     * @param current so far
     * @param total in the end
     */
    void read(String member, long current, long total);
}
