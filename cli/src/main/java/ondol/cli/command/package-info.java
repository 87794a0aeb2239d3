/** What every verb works with: its flags, its session with an engine, the standard streams, the ways to fail. */
@NullMarked
package ondol.cli.command;

import org.jspecify.annotations.NullMarked;
