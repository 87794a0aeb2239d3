/** The command {@code ondol}: command line, session with an engine, and the start of an engine when none answers. */
@NullMarked
package ondol.cli;

import org.jspecify.annotations.NullMarked;
