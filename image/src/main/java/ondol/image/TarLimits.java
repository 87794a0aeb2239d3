package ondol.image;

/**
 * What a tar of strangers may ask for.
 *
 * @param bytes of all files together, with their holes
 * @param entries files, folders and the rest
 */
public record TarLimits(long bytes, long entries) {
    /** One TiB in four million entries. */
    public static final TarLimits DEFAULT = new TarLimits(1L << 40, 4_000_000);
}
