package ondol.engine.view;

import java.io.InputStream;
import ondol.engine.BuildOptions;
import ondol.engine.BuildProgress;
import ondol.engine.Builds;
import ondol.engine.EngineException;
import org.jspecify.annotations.Nullable;

/**
 * A tenant's users do not build: the images between the steps have no names, by which alone images are known to be a
 * tenant's.
 */
final class NoBuilds implements Builds {
    @Override
    public String build(BuildOptions options, @Nullable InputStream context, BuildProgress progress) {
        throw new EngineException(
                EngineException.Kind.UNSUPPORTED,
                "a tenant's users cannot build images on this engine: build elsewhere and pull the image");
    }

    @Override
    public long prune() {
        return 0; // there is nothing of theirs
    }
}
