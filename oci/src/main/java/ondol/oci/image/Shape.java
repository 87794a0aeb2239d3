package ondol.oci.image;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What the JSON parser does not see to: that fields which must be there are. */
final class Shape {
    private Shape() {}

    static boolean given(@Nullable Object value) {
        return value != null;
    }

    static <T> List<T> list(@Nullable List<T> values, String name) {
        if (values == null || values.stream().anyMatch(Objects::isNull)) {
            throw new IllegalArgumentException("the list of " + name + " is missing or has gaps");
        }
        return List.copyOf(values);
    }
}
