package ondol.engine.spec;

import java.io.IOException;
import java.util.List;
import java.util.Map;

/** What a specification depends on in the machine's file system. */
public interface HostFiles {
    /**
     * A device file.
     *
     * @param path of the host
     * @param type {@code c} or {@code b}
     * @param mode permission bits
     */
    record DeviceNode(String path, String type, long major, long minor, int mode, long uid, long gid) {}

    /**
     * A whole disk, as block devices' limits name it.
     *
     * @param scheduler the one that orders its requests, such as {@code bfq}; empty where it has none
     */
    record Disk(long major, long minor, String scheduler) {}

    /** How mounts and unmounts spread between a mount point and its peers ({@code man 7 mount_namespaces}). */
    enum Propagation {
        PRIVATE,
        SLAVE,
        SHARED
    }

    /** Whether there is a file or folder; symbolic links are followed. */
    boolean exists(String path);

    /**
     * The device files that a path stands for: itself, or where it is a folder all below it; symbolic links at the path
     * itself are followed. Empty where it is a file of another kind, or such a folder has none.
     *
     * @throws java.nio.file.NoSuchFileException where there is nothing
     */
    List<DeviceNode> devices(String path) throws IOException;

    /**
     * The disk that a path stands for: a block device's own, a partition's whole disk, otherwise the one that the file or
     * folder lies on. Symbolic links are followed.
     *
     * @throws IOException with a sentence where there is none, as for a file in memory
     */
    Disk disk(String path) throws IOException;

    /** Whether any disk's scheduler shares it by weight: BFQ, or v2's iocost. */
    boolean weighsDisks();

    /** The mount that a path is on: its mount point and how it spreads. */
    Map.Entry<String, Propagation> mountOf(String path) throws IOException;
}
