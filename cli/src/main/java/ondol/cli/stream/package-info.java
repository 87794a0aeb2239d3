/** A container's standard streams on this terminal: raw mode, window size, signals, detach keys. */
@NullMarked
package ondol.cli.stream;

import org.jspecify.annotations.NullMarked;
