@NullMarked
package ondol.runtime;

import org.jspecify.annotations.NullMarked;
