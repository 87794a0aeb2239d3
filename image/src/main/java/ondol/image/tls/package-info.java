/** The ends of TLS connections: whom they trust, and who they are, from files in PEM. */
@NullMarked
package ondol.image.tls;

import org.jspecify.annotations.NullMarked;
