/** Space on disks: quotas of projects, loop devices, and filesystems in files. */
@NullMarked
package ondol.linux.disk;

import org.jspecify.annotations.NullMarked;
