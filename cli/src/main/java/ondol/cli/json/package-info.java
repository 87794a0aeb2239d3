/** JSON in the few forms that the command needs: a writer, a bounded reader, and an indenter that keeps every byte. */
@NullMarked
package ondol.cli.json;

import org.jspecify.annotations.NullMarked;
