/** Clients that others wrote, against a real engine's socket. */
@NullMarked
package ondol.clients;

import org.jspecify.annotations.NullMarked;
