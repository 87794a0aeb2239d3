package ondol.engine.spec;

import java.util.regex.Pattern;
import ondol.engine.EngineException;

/** What a volume may be called. */
public final class VolumeName {
    private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9_.-]*");

    private VolumeName() {}

    /**
     * Refuses what cannot be a volume's name.
     *
     * @throws EngineException with a sentence
     */
    public static void check(String name) {
        if (name.length() == 1) {
            throw EngineException.invalid("create " + name
                    + ": volume name is too short, names should be at least two alphanumeric characters");
        }
        if (!NAME.matcher(name).matches() || name.length() > 255) {
            throw EngineException.invalid("create " + name + ": \"" + name
                    + "\" includes invalid characters for a local volume name, only \"[a-zA-Z0-9][a-zA-Z0-9_.-]\" are"
                    + " allowed. If you intended to pass a host directory, use absolute path");
        }
    }
}
