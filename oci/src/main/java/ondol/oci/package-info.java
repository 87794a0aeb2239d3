@NullMarked
package ondol.oci;

import org.jspecify.annotations.NullMarked;
