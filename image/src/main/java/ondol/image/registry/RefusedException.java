package ondol.image.registry;

import java.io.IOException;

/** What came from a registry is not to be followed or believed; asking again would not help. */
final class RefusedException extends IOException {
    private static final long serialVersionUID = 1;

    RefusedException(String message) {
        super(message);
    }
}
