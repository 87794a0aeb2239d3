package ondol.image;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import ondol.oci.image.ExecutionConfig;
import ondol.oci.image.History;
import ondol.oci.image.ImageConfig;
import ondol.oci.image.Platform;
import ondol.oci.image.Reference;
import ondol.oci.image.RootFs;
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

    /**
     * The configuration of the image.
     *
     * @param base what it stands on; null for nothing
     * @param layers all of it, the base's too
     * @param empty whether it adds no layer of its own
     */
    ImageConfig on(@Nullable Image base, List<Layer> layers, boolean empty) {
        boolean scratch = base == null && empty;
        String created = (scratch ? Instant.EPOCH : Instant.now().truncatedTo(ChronoUnit.MICROS)).toString();
        List<History> history =
                new ArrayList<>(base == null ? List.of() : base.config().steps());
        if (!scratch) {
            history.add(new History(created, orNull(author), orNull(createdBy), orNull(message), empty ? true : null));
        }
        Platform here = Platform.here();
        ImageConfig below = base == null ? null : base.config();
        return new ImageConfig(
                created,
                orNull(author),
                orNull(message),
                below == null ? here.architecture() : below.architecture(),
                below == null ? here.variant() : below.variant(),
                below == null ? here.os() : below.os(),
                below == null ? null : below.osVersion(),
                below == null ? null : below.osFeatures(),
                config.equals(ExecutionConfig.EMPTY) ? null : config,
                RootFs.of(
                        layers.stream().map(layer -> layer.diffId().toString()).toList()),
                history);
    }

    private static @Nullable String orNull(String text) {
        return text.isEmpty() ? null : text;
    }
}
