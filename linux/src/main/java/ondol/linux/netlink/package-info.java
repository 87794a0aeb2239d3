/**
 * The kernel's network by messages ({@code man 7 netlink}, {@code man 7 rtnetlink}): links, addresses and routes of any
 * network namespace, without any other program.
 */
@NullMarked
package ondol.linux.netlink;

import org.jspecify.annotations.NullMarked;
