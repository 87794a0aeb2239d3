/**
 * Walls around what containers may reach: {@code --egress deny} and {@code --egress allow=…}, of a container and of a
 * network. Names are allowed as the DNS server answers them.
 */
@NullMarked
package ondol.network.egress;

import org.jspecify.annotations.NullMarked;
