package ondol.cli.template;

import org.jspecify.annotations.Nullable;

/** Something in a template that has a value. */
interface Expression {
    /** Its value with this dot and these variables. */
    @Nullable
    Object value(Scope scope);
}
