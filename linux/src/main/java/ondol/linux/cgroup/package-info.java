/**
 * Control groups ({@code man 7 cgroups}): meters and limits for a container's processes, in the three ways machines
 * mount them: v1 hierarchies, the unified v2 hierarchy, or both.
 */
@NullMarked
package ondol.linux.cgroup;

import org.jspecify.annotations.NullMarked;
