package ondol.cli.template;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A value with fields of its own, which a template reads by name. */
public interface Fields {
    /**
     * The value of a field, or of a method with arguments.
     *
     * @throws NoSuchField when there is none of this name
     */
    @Nullable
    Object field(String name, List<@Nullable Object> arguments);

    /** All of it, as maps and lists, for {@code json}. */
    Object json();

    /** There is no such field; the message says so in the words of Go's templates. */
    final class NoSuchField extends RuntimeException {
        private static final long serialVersionUID = 1;

        /** With the sentence that follows the place. */
        public NoSuchField(String message) {
            super(message, null, false, false);
        }
    }
}
