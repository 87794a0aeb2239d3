/**
 * Records of the OCI runtime specification 1.2 and 1.3 for Linux: a bundle's {@code config.json} is a {@link
 * ondol.oci.runtime.Spec}. A null is a field that is not there; fields that are not known are ignored, as the
 * specification asks.
 */
@NullMarked
package ondol.oci.runtime;

import org.jspecify.annotations.NullMarked;
