package ondol.image;

import java.nio.file.Path;
import ondol.oci.image.Digest;

/**
 * An unpacked layer.
 *
 * @param diffId the digest of its uncompressed tar
 * @param folder what it adds, with whiteouts as an overlay has them; nobody may write to it
 * @param size bytes of its files
 * @param host whether it stands for the machine's own files, and the folder holds only what is hidden of them
 */
public record Layer(Digest diffId, Path folder, long size, boolean host) {}
