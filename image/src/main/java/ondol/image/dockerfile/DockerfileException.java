package ondol.image.dockerfile;

/** A Dockerfile that makes no sense: one sentence, with the line where there is one. */
public final class DockerfileException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    public DockerfileException(String message) {
        super(message);
    }

    /** The same with where it stands, in Docker's words. */
    DockerfileException at(int line) {
        return new DockerfileException("dockerfile parse error on line %d: %s".formatted(line, getMessage()));
    }
}
