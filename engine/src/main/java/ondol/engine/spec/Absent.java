package ondol.engine.spec;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What holds where a configuration says nothing. */
final class Absent {
    private Absent() {}

    static <T> List<T> list(@Nullable List<T> value) {
        return value == null ? List.of() : value;
    }

    static <T> Map<String, T> map(@Nullable Map<String, T> value) {
        return value == null ? Map.of() : value;
    }

    static String text(@Nullable String value) {
        return value == null ? "" : value;
    }

    /** False, where nothing is said. */
    static boolean no(@Nullable Boolean value) {
        return value != null && value;
    }

    static long zero(@Nullable Long value) {
        return value == null ? 0 : value;
    }

    /** Null instead of a number that means "not said". */
    static @Nullable Long unlessZero(@Nullable Long value) {
        return value == null || value == 0 ? null : value;
    }

    static @Nullable String unlessEmpty(@Nullable String value) {
        return value == null || value.isEmpty() ? null : value;
    }
}
