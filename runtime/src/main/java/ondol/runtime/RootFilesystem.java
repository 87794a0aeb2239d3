package ondol.runtime;

import java.nio.file.Path;
import java.util.List;

/** What a container's root is made from. */
public sealed interface RootFilesystem {
    /**
     * Read-only layers below a writable one ({@code Documentation/filesystems/overlayfs} of the kernel).
     *
     * @param folder where the lowers' names start, so that many fit the one page that {@code mount(2)} takes
     * @param lowers the read-only layers, the topmost first
     * @param nested the last lower is an empty folder on which the machine's own files are mounted first, as an overlay
     *     of their own: the kernel refuses an {@code upper} that lies inside a lower
     * @param upper where changes go
     * @param work an empty folder on the same file system as {@code upper}
     * @param passing whether the changes need not outlive the container: then the kernel writes none of them to the disk
     *     before it must, not even for fsync ({@code volatile}); such an upper folder can be mounted once
     */
    record Overlay(Path folder, List<String> lowers, boolean nested, Path upper, Path work, boolean passing)
            implements RootFilesystem {
        /**
         * The options of its mount, to be made where one stands in {@code folder}.
         *
         * @throws IllegalArgumentException where they are more than the page that {@code mount(2)} takes
         */
        public String options() {
            return RootSteps.options(lowers, upper.toString(), work.toString(), passing);
        }
    }

    /** A folder as it is. */
    record Folder(Path path) implements RootFilesystem {}
}
