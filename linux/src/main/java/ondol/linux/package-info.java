@NullMarked
package ondol.linux;

import org.jspecify.annotations.NullMarked;
