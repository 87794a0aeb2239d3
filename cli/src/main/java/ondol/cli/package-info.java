/** The command {@code ondol}: from a command line to a verb. */
@NullMarked
package ondol.cli;

import org.jspecify.annotations.NullMarked;
