/**
 * The bodies of Docker's Engine API that the engine has no record for, in the words of that API. A null is left out of
 * what is written.
 */
@NullMarked
package ondol.docker.json;

import org.jspecify.annotations.NullMarked;
