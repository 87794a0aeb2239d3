/** Words on the terminal: tables, sizes, durations, dates, as Docker's command prints them. */
@NullMarked
package ondol.cli.text;

import org.jspecify.annotations.NullMarked;
