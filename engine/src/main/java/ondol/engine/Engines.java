package ondol.engine;

import ondol.engine.local.LocalEngine;

/** Opens engines. */
public final class Engines {
    private Engines() {}

    /**
     * Opens the engine of a root in this process, and takes over the containers that are there.
     *
     * @throws EngineException {@code CONFLICT} where another process has the root open, {@code DENIED} where root's
     *     rights are missing, {@code UNSUPPORTED} where the kernel lacks what a container needs
     */
    public static Engine open(EngineOptions options) {
        return LocalEngine.open(options);
    }
}
