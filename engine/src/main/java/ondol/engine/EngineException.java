package ondol.engine;

import org.jspecify.annotations.Nullable;

/** What an engine could not do: a sentence for the user, and the kind of trouble for programs. */
public final class EngineException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** The kinds of trouble. The wire maps each to one HTTP status, the command to one exit code. */
    public enum Kind {
        /** What was named does not exist. */
        NOT_FOUND,
        /** The thing is in a state, or has a name, that forbids this. */
        CONFLICT,
        /** The request makes no sense, whatever the state. */
        INVALID,
        /** It is already so (a started container started again): nothing was done. */
        NOT_MODIFIED,
        /** The caller may not. */
        DENIED,
        /** This machine or this version cannot do it. */
        UNSUPPORTED,
        /** The container's command was not found. */
        COMMAND_NOT_FOUND,
        /** The container's command cannot be executed. */
        COMMAND_NOT_EXECUTABLE,
        /** The kernel, the disk or another part failed. */
        FAILED
    }

    private final Kind kind;

    /** @param message one sentence: what was wrong, where, what to do */
    public EngineException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    /** @param message one sentence; null for what the cause says */
    public EngineException(Kind kind, @Nullable String message, Throwable cause) {
        super(message == null ? cause.toString() : message, cause);
        this.kind = kind;
    }

    /** The sentence. */
    @Override
    public String getMessage() {
        String message = super.getMessage();
        return message == null ? kind.name() : message;
    }

    /** What kind of failure it is, for programs. */
    public Kind kind() {
        return kind;
    }

    /** Of the kind {@link Kind#NOT_FOUND}. */
    public static EngineException notFound(String message) {
        return new EngineException(Kind.NOT_FOUND, message);
    }

    /** Of the kind {@link Kind#CONFLICT}. */
    public static EngineException conflict(String message) {
        return new EngineException(Kind.CONFLICT, message);
    }

    /** Of the kind {@link Kind#INVALID}. */
    public static EngineException invalid(String message) {
        return new EngineException(Kind.INVALID, message);
    }
}
