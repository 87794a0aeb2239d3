/** Tar archives, written and read for {@code cp} and {@code init}; loaded by nothing else. */
@NullMarked
package ondol.cli.tar;

import org.jspecify.annotations.NullMarked;
