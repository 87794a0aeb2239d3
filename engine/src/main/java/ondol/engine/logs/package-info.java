/**
 * A container's output as it is kept on the disk: a folder of numbered files, each a sequence of frames. The minder of the
 * container, a C process, writes; this package reads. {@link ondol.engine.logs.FrameSource} describes the format.
 */
@NullMarked
package ondol.engine.logs;

import org.jspecify.annotations.NullMarked;
