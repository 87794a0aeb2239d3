@NullMarked
package ondol.network;

import org.jspecify.annotations.NullMarked;
