/** The part of Go's text/template that {@code --format} needs; loaded only when that flag is given. */
@NullMarked
package ondol.cli.template;

import org.jspecify.annotations.NullMarked;
