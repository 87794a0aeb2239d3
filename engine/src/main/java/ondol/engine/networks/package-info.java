/** Networks as the engine keeps them: from what a user asks for to subnets, bridges, leases and plugs. */
@NullMarked
package ondol.engine.networks;

import org.jspecify.annotations.NullMarked;
