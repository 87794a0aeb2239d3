package ondol.image;

import ondol.oci.image.ExecutionConfig;
import ondol.oci.image.Reference;
import org.jspecify.annotations.Nullable;

/**
 * What an image that is about to be made says of itself.
 *
 * @param name null for none; the tag {@code latest} is added where it has none
 * @param config what its containers inherit
 * @param author empty for nobody
 * @param message a comment; may be empty
 * @param createdBy the command that made its layer; may be empty
 */
public record NewImage(
        @Nullable Reference name, ExecutionConfig config, String author, String message, String createdBy) {
    /** With a name only. */
    public static NewImage named(@Nullable Reference name) {
        return new NewImage(name, ExecutionConfig.EMPTY, "", "", "");
    }
}
