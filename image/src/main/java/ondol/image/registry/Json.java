package ondol.image.registry;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Small answers of strangers, read as maps, lists and texts: whatever is not of the expected shape is as if absent. */
final class Json {
    private Json() {}

    @SuppressWarnings("unchecked")
    static Map<String, Object> map(@Nullable Object value) {
        return value instanceof Map<?, ?> map ? (Map<String, Object>) map : Map.of();
    }

    static List<?> list(@Nullable Object value) {
        return value instanceof List<?> list ? list : List.of();
    }

    static List<String> texts(@Nullable Object value) {
        return list(value).stream()
                .filter(String.class::isInstance)
                .map(String.class::cast)
                .toList();
    }

    static String text(@Nullable Object map, String name) {
        return map(map).get(name) instanceof String text ? text : "";
    }

    static long number(@Nullable Object map, String name, long missing) {
        return map(map).get(name) instanceof Number number ? number.longValue() : missing;
    }
}
