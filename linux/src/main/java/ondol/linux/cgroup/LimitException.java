package ondol.linux.cgroup;

/** A limit that cannot be kept: it was refused, and nothing was ignored. The message is one sentence for the user. */
public final class LimitException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** Why a limit was refused. */
    public enum Reason {
        /** The value makes no sense: the caller must say another. */
        INVALID,
        /** This kernel, or the way control groups are mounted here, cannot hold the limit. */
        UNSUPPORTED,
        /** The kernel could hold it, but not now, as when more memory is in use than the new limit. */
        BUSY
    }

    private final Reason reason;
    private final String limit;

    /**
     * @param limit the limit's name in the runtime specification, such as {@code memory.limit}
     * @param why what is wrong and what to do, without the limit's name
     */
    public LimitException(Reason reason, String limit, String why) {
        super(limit + ": " + why);
        this.reason = reason;
        this.limit = limit;
    }

    static LimitException invalid(String limit, String why, Object... arguments) {
        return new LimitException(Reason.INVALID, limit, why.formatted(arguments));
    }

    static LimitException unsupported(String limit, String why) {
        return new LimitException(Reason.UNSUPPORTED, limit, why);
    }

    public Reason reason() {
        return reason;
    }

    /** The limit's name in the runtime specification, such as {@code cpu.quota}. */
    public String limit() {
        return limit;
    }
}
