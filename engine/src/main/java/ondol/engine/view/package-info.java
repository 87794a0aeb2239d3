/** An engine as one tenant's users see it: what is others' is not there. */
@NullMarked
package ondol.engine.view;

import org.jspecify.annotations.NullMarked;
