package ondol.network;

/** A network, an address or a port that cannot be had: one sentence for the user. */
public final class NetworkException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** What kind of refusal it is. */
    public enum Reason {
        /** It makes no sense, whatever the state of the machine. */
        INVALID,
        /** Somebody else has it. */
        TAKEN,
        /** There is none left. */
        FULL,
        /** This kernel cannot. */
        UNSUPPORTED
    }

    private final Reason reason;

    public NetworkException(Reason reason, String sentence) {
        super(sentence);
        this.reason = reason;
    }

    public NetworkException(Reason reason, String sentence, Throwable cause) {
        super(sentence, cause);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
