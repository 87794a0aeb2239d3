package ondol.runtime;

import java.nio.file.Path;
import java.util.List;
import ondol.oci.runtime.Spec;
import org.jspecify.annotations.Nullable;

/**
 * All that a container is made from.
 *
 * @param spec the OCI runtime configuration; its {@code root.path} is not looked at, {@code root} is the root
 * @param folder the container's own folder, in which a folder {@code log} exists
 * @param mountpoint an empty folder to mount the root on, in the container's own mount namespace; all may share one
 * @param cgroup where it is counted and limited
 * @param seccomp the filter of its system calls; null for none
 * @param stdin whether a pipe is kept open for its stdin
 * @param log how its output is kept
 * @param chroot no namespaces: only a root of its own, which must be a {@link RootFilesystem.Folder}
 * @param gate the process waits before it executes its command, until the engine has plugged it into its networks
 */
public record Bundle(
        Spec spec,
        RootFilesystem root,
        Path folder,
        Path mountpoint,
        CgroupPlace cgroup,
        @Nullable Filter seccomp,
        boolean stdin,
        Log log,
        boolean chroot,
        boolean gate) {

    /**
     * A filter of system calls ({@code man 2 seccomp}).
     *
     * @param program an array of {@code struct sock_filter}
     * @param flags of {@code SECCOMP_SET_MODE_FILTER}
     */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody, and copied by nobody: it is large
    public record Filter(byte[] program, long flags) {}

    /**
     * How output is kept.
     *
     * @param first number of the file to begin with
     * @param size bytes after which the next file begins
     * @param files so many are kept
     */
    public record Log(int first, long size, int files) {}

    /**
     * Where a container's processes are counted and limited.
     *
     * @param joins files into which the joining process writes 0
     * @param unified the group's folder in the unified hierarchy, in which the process is made; null without one
     * @param mounts v1 hierarchies to show in the container, as mount options such as {@code memory}; empty on pure v2
     */
    public record CgroupPlace(List<Path> joins, @Nullable Path unified, List<String> mounts) {}
}
