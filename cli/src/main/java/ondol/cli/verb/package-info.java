/** One class per verb: its help text, which is also its table of flags, beside its action. */
@NullMarked
package ondol.cli.verb;

import org.jspecify.annotations.NullMarked;
