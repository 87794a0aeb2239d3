package ondol.runtime;

import java.nio.file.Path;
import java.util.List;

/** What a container's root is made from. */
public sealed interface RootFilesystem {
    /**
     * Read-only layers below a writable one ({@code Documentation/filesystems/overlayfs} of the kernel).
     *
     * @param lowers the read-only layers, the topmost first; their folders best lie side by side, under short names,
     *     for all of them must fit one page
     * @param nested the last two lowers are first made an overlay of their own: needed where the lowest is the machine's
     *     own root and {@code upper} lies inside it, which the kernel otherwise refuses
     * @param upper where changes go
     * @param work an empty folder on the same file system as {@code upper}
     */
    record Overlay(List<Path> lowers, boolean nested, Path upper, Path work) implements RootFilesystem {}

    /** A folder as it is. */
    record Folder(Path path) implements RootFilesystem {}
}
