/** Images in a tar: as {@code docker save} writes them, and as the OCI image layout has them. */
@NullMarked
package ondol.image.archive;

import org.jspecify.annotations.NullMarked;
