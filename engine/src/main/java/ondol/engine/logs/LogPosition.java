package ondol.engine.logs;

/**
 * A place between two frames of a log folder.
 *
 * @param number of the file
 * @param offset bytes from its start
 */
public record LogPosition(int number, long offset) {
    /** Before everything that is kept. */
    public static final LogPosition START = new LogPosition(1, 0);
}
