package ondol.oci.runtime;

/**
 * A resource limit of the process; section POSIX process, {@code man 2 setrlimit}.
 *
 * @param type such as {@code RLIMIT_NOFILE}
 * @param soft an unsigned 64-bit number; {@link #UNLIMITED} for none
 * @param hard an unsigned 64-bit number; {@link #UNLIMITED} for none
 */
public record Rlimit(String type, long soft, long hard) {
    /** {@code RLIM_INFINITY}: all bits set, 18446744073709551615 in the file. */
    public static final long UNLIMITED = -1;
}
