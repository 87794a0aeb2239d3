package ondol.linux.cgroup;

import org.jspecify.annotations.Nullable;

/**
 * One write to a file of a control group.
 *
 * @param controller whose group has the file; null is the unified group
 * @param limit the limit's name in the runtime specification, for error sentences
 */
record Setting(@Nullable Controller controller, String file, String value, String limit) {}
