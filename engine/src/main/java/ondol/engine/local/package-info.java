/** The engine in this process: containers by their stages, records on disk, what a killed engine left behind. */
@NullMarked
package ondol.engine.local;

import org.jspecify.annotations.NullMarked;
