@NullMarked
package ondol.image;

import org.jspecify.annotations.NullMarked;
