package ondol.engine;

import java.util.List;
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

    /**
     * Finds what engines left on this machine whose data are gone, so that no engine will come and clear up: tables of
     * nf_tables, bridges and control groups. What belongs to an engine that runs stays, and so does all of one in whose
     * groups something runs. For root.
     *
     * @param remove whether to remove it too
     * @return a line for each
     * @throws EngineException {@code CONFLICT} where an engine runs whose data are gone
     */
    public static List<String> clean(boolean remove) {
        return LocalEngine.clean(remove);
    }
}
