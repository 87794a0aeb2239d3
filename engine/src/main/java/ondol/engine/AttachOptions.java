package ondol.engine;

/**
 * What to connect to.
 *
 * @param stdin whether input will be sent
 * @param stdout whether output is wanted
 * @param stderr whether error output is wanted (a terminal's output is all stdout)
 * @param logs whether what was written before comes first
 * @param stream whether what is written from now on comes, until the end
 */
public record AttachOptions(boolean stdin, boolean stdout, boolean stderr, boolean logs, boolean stream) {
    /** All three streams from now on. */
    public static final AttachOptions ALL = new AttachOptions(true, true, true, false, true);
}
