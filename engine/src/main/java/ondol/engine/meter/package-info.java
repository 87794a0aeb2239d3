/** The ledger of what was used: lines that are appended and, when they are old, summed up. */
@NullMarked
package ondol.engine.meter;

import org.jspecify.annotations.NullMarked;
