package ondol.cli.command;

/** The command line itself is wrong; the usage is shown after the sentence. */
public final class FlagException extends CliException {
    private static final long serialVersionUID = 1;

    private final String closing;

    /** A wrong flag: exit status 125. */
    public FlagException(String message) {
        super(125, message);
        closing = "Run";
    }

    /** A wrong number of arguments: exit status 1. */
    public FlagException(String message, String closing) {
        super(1, message);
        this.closing = closing;
    }

    /** The word that leads to the help: Run or See. */
    public String closing() {
        return closing;
    }
}
