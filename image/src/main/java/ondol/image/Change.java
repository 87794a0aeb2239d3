package ondol.image;

/**
 * A path that differs from the image.
 *
 * @param path absolute
 */
public record Change(Kind kind, String path) {
    /** In the order of the numbers that Docker's API uses. */
    public enum Kind {
        MODIFIED('C'),
        ADDED('A'),
        DELETED('D');

        private final char letter;

        Kind(char letter) {
            this.letter = letter;
        }

        /** As {@code docker diff} prints it. */
        public char letter() {
            return letter;
        }
    }
}
