package ondol.cli.command;

/** The engine refused: its status and its words. */
public final class EngineException extends CliException {
    private static final long serialVersionUID = 1;

    private final int code;
    private final String words;

    /** An answer of the engine with HTTP status {@code code}. */
    public EngineException(int code, String words) {
        super("Error response from daemon: " + words);
        this.code = code;
        this.words = words;
    }

    /** The HTTP status. */
    public int code() {
        return code;
    }

    /** What the engine said. */
    public String words() {
        return words;
    }
}
