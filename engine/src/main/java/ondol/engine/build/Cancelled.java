package ondol.engine.build;

import ondol.engine.BuildProgress;
import ondol.engine.EngineException;

/** Nobody waits for the build any more. */
final class Cancelled {
    private Cancelled() {}

    static EngineException exception() {
        return new EngineException(EngineException.Kind.FAILED, "the build was cancelled");
    }

    static void check(BuildProgress progress) {
        if (progress.cancelled()) {
            throw exception();
        }
    }
}
