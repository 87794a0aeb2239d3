package ondol.engine;

import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** Images made of Dockerfiles, by Docker's rules for its classic builder. */
public interface Builds {
    /**
     * Builds an image. Steps that an earlier build did from the same beginnings are not done again.
     *
     * @param context a tar of the files that a build may copy, plain or compressed by gzip or zstd; read to its end before
     *     the first step, and not closed. Null where {@link BuildOptions#remote} says where it is
     * @return the image's id
     * @throws EngineException {@code INVALID} for a Dockerfile or a context that makes no sense; {@code NOT_FOUND} for an
     *     image or file; {@code FAILED} where a command ends with another code than 0, see {@link BuildProgress#ended}
     */
    String build(BuildOptions options, @Nullable InputStream context, BuildProgress progress);

    /**
     * Forgets which steps were done, and removes the images of steps that nothing else needs.
     *
     * @return how many bytes of layers went
     */
    long prune();
}
