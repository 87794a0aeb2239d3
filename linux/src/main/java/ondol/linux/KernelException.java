package ondol.linux;

/**
 * A system call that the kernel refused: which one, with which arguments, and why. The one exception type of everything
 * in this module that talks to the kernel.
 */
public final class KernelException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String call;
    private final String arguments;
    private final Errno errno;

    /**
     * @param call the call's name in the manual, or a facility's verb such as {@code netlink newlink}
     * @param arguments the arguments as a reader would write them, such as {@code /proc, MS_RDONLY}
     */
    public KernelException(String call, String arguments, Errno errno) {
        super("%s(%s): %s (%s)".formatted(call, arguments, errno.words(), errno));
        this.call = call;
        this.arguments = arguments;
        this.errno = errno;
    }

    /**
     * A refusal that the kernel explained in words of its own.
     *
     * @param explanation such as netlink's extended acknowledgement
     */
    public KernelException(String call, String arguments, Errno errno, String explanation) {
        super("%s(%s): %s (%s)".formatted(call, arguments, explanation, errno));
        this.call = call;
        this.arguments = arguments;
        this.errno = errno;
    }

    public String call() {
        return call;
    }

    public String arguments() {
        return arguments;
    }

    public Errno errno() {
        return errno;
    }
}
