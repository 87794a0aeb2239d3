/**
 * The OCI image specification 1.1 (descriptors, indexes, manifests, configurations) with Docker's additions, as records,
 * and their JSON; digests and references.
 */
@NullMarked
package ondol.oci.image;

import org.jspecify.annotations.NullMarked;
