/** The keeper, which forks for the engine, and the minders, which stay with a container each. */
@NullMarked
package ondol.linux.keeper;

import org.jspecify.annotations.NullMarked;
