/**
 * The Java API: an {@link ondol.engine.Engine} keeps containers, images and volumes below one root folder of the machine.
 * Usable without a daemon; the daemon is one user of it.
 */
@NullMarked
package ondol.engine;

import org.jspecify.annotations.NullMarked;
