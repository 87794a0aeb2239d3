/** The specifications of the Open Container Initiative as records with their JSON. */
@NullMarked
package ondol.oci;

import org.jspecify.annotations.NullMarked;
