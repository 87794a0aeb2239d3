package ondol.engine.local;

import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;
import ondol.engine.EngineException;

/** Names for containers that were given none, from the house that Ondol is named after; and which names are allowed. */
final class Names {
    private static final Pattern ALLOWED = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9_.-]+");
    private static final String[] HOW = {
        "warm", "quiet", "bright", "gentle", "steady", "amber", "cozy", "early", "evening", "golden", "hidden",
                "humble",
        "kind", "late", "little", "lively", "mellow", "merry", "modest", "morning", "northern", "open", "patient",
                "plain",
        "polished", "proud", "rustic", "silent", "simple", "snowy", "soft", "southern", "spare", "sturdy", "sunny",
                "swift",
        "tidy", "wide", "wintry", "wooden"
    };
    private static final String[] WHAT = {
        "room", "floor", "hearth", "chimney", "stone", "courtyard", "roof", "tile", "beam", "pillar", "door", "window",
        "paper", "kettle", "lantern", "garden", "gate", "wall", "porch", "attic", "cellar", "kiln", "brick", "ember",
        "flame", "smoke", "blanket", "cushion", "table", "bowl", "bench", "ladder", "well", "bridge", "pine", "maple",
        "bamboo", "crane", "magpie", "sparrow"
    };

    private Names() {}

    static String invent() {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        return HOW[random.nextInt(HOW.length)] + "_" + WHAT[random.nextInt(WHAT.length)];
    }

    /** The name without a leading slash, which Docker's API allows. */
    static String check(String name) {
        String plain = name.startsWith("/") ? name.substring(1) : name;
        if (plain.length() > 255 || !ALLOWED.matcher(plain).matches()) {
            throw EngineException.invalid(
                    "Invalid container name (%s), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed".formatted(name));
        }
        return plain;
    }
}
