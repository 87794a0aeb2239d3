package ondol.docker;

import ondol.engine.EngineException;

/** The one place where what went wrong becomes an HTTP status and the words that Docker's clients look for. */
final class Errors {
    private Errors() {}

    static int status(EngineException e) {
        return switch (e.kind()) {
            case NOT_FOUND -> 404;
            case CONFLICT -> 409;
            case INVALID, COMMAND_NOT_FOUND, COMMAND_NOT_EXECUTABLE -> 400;
            case NOT_MODIFIED -> 304;
            case DENIED -> 403;
            case UNSUPPORTED -> 501;
            case FAILED -> 500;
        };
    }

    /** The sentence, with the words by which the docker command tells exit code 127 from 126 from 125. */
    static String message(EngineException e) {
        String message = String.valueOf(e.getMessage());
        return switch (e.kind()) {
            case COMMAND_NOT_FOUND ->
                message.contains("executable file not found") || message.contains("no such file or directory")
                        ? message
                        : message + ": executable file not found in $PATH";
            case COMMAND_NOT_EXECUTABLE ->
                message.contains("permission denied") ? message : message + ": permission denied";
            default -> message;
        };
    }
}
