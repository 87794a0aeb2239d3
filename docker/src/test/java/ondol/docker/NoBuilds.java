package ondol.docker;

import java.io.InputStream;
import ondol.engine.BuildOptions;
import ondol.engine.BuildProgress;
import ondol.engine.Builds;
import ondol.engine.EngineException;
import org.jspecify.annotations.Nullable;

/** Nothing can be built here. */
final class NoBuilds implements Builds {
    @Override
    public String build(BuildOptions options, @Nullable InputStream context, BuildProgress progress) {
        throw new EngineException(EngineException.Kind.UNSUPPORTED, "there are no builds here");
    }

    @Override
    public long prune() {
        return 0;
    }
}
