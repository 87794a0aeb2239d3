package ondol.cli.command;

/** Ends the command with a sentence on standard error (none when empty) and an exit status. */
public class CliException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int status;

    /** A failure with exit status 1. */
    public CliException(String message) {
        this(1, message);
    }

    /** A failure with this exit status. */
    public CliException(int status, String message) {
        super(message, null, false, Boolean.getBoolean("ondol.debug"));
        this.status = status;
    }

    /** The exit status. */
    public int status() {
        return status;
    }
}
