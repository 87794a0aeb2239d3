package ondol.image;

/** What could not be done with images: a sentence for the user, and the kind of trouble for programs. */
public final class ImageException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** The kinds of trouble. */
    public enum Kind {
        /** What was named does not exist. */
        NOT_FOUND,
        /** It is in use, or has further names. */
        CONFLICT,
        /** The input makes no sense, or is hostile. */
        INVALID,
        /** A registry does not let the user in. */
        DENIED,
        /** It cannot be done with this image or on this machine. */
        UNSUPPORTED,
        /** The disk or the kernel failed. */
        FAILED
    }

    private final Kind kind;

    public ImageException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    public ImageException(Kind kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }

    /** Of the kind INVALID. */
    public static ImageException invalid(String message) {
        return new ImageException(Kind.INVALID, message);
    }

    /** Of the kind FAILED, with the cause's words at the end. */
    public static ImageException failed(String message, Throwable cause) {
        return new ImageException(Kind.FAILED, message + ": " + cause.getMessage(), cause);
    }
}
