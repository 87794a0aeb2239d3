@NullMarked
package ondol.docker;

import org.jspecify.annotations.NullMarked;
