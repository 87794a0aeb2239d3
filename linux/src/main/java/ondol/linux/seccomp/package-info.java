/**
 * Which system calls a container may make: profiles in the shape of the OCI runtime specification, the default policy,
 * and their way to the program that the kernel runs before each call ({@code man 2 seccomp}).
 */
@NullMarked
package ondol.linux.seccomp;

import org.jspecify.annotations.NullMarked;
