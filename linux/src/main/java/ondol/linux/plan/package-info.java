/**
 * Plans: the system calls between {@code clone} and {@code exec}, as data. A JVM cannot fork, so the calls that make a
 * container are listed here, in Java, and run by the keeper.
 */
@NullMarked
package ondol.linux.plan;

import org.jspecify.annotations.NullMarked;
