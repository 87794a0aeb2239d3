package ondol.cli.template;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the dot is, and the variables that can be seen from here. */
final class Scope {
    private final @Nullable Scope outer;
    private final @Nullable Object dot;
    private final Map<String, @Nullable Object> variables = new HashMap<>();

    Scope(@Nullable Scope outer, @Nullable Object dot) {
        this.outer = outer;
        this.dot = dot;
    }

    @Nullable
    Object dot() {
        return dot;
    }

    Scope at(@Nullable Object value) {
        return new Scope(this, value);
    }

    void set(String name, @Nullable Object value) {
        for (Scope scope = this; scope != null; scope = scope.outer) {
            if (scope.variables.containsKey(name)) {
                scope.variables.put(name, value);
                return;
            }
        }
        variables.put(name, value);
    }

    @Nullable
    Object get(String name) {
        for (Scope scope = this; scope != null; scope = scope.outer)
            if (scope.variables.containsKey(name)) return scope.variables.get(name);
        throw new Template.Failure("template: :1: undefined variable \"" + name + "\"");
    }
}
