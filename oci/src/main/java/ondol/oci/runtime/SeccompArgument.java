package ondol.oci.runtime;

/**
 * A condition on an argument of a system call; section Seccomp.
 *
 * @param index 0 to 5
 * @param value an unsigned 64-bit number
 * @param valueTwo an unsigned 64-bit number: for {@code SCMP_CMP_MASKED_EQ}, where {@code value} is the mask
 * @param op such as {@code SCMP_CMP_EQ}
 */
public record SeccompArgument(int index, long value, long valueTwo, String op) {}
