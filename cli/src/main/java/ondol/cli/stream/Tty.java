package ondol.cli.stream;

import ondol.linux.KernelException;
import ondol.linux.Terminal;

/** The terminal on standard input in raw mode, until closed. Loaded only when there is a terminal. */
final class Tty implements AutoCloseable {
    private final Terminal.Mode mode;
    private boolean closed;

    private Tty(Terminal.Mode mode) {
        this.mode = mode;
    }

    /** Puts the terminal on standard input into raw mode; it is put back even when a signal ends this process. */
    static Tty raw() {
        Tty tty = new Tty(Terminal.raw(0));
        Runtime.getRuntime().addShutdownHook(new Thread(tty::close, "terminal"));
        return tty;
    }

    /** Rows and columns of the terminal on standard output; zeros when it has no size. */
    static int[] size() {
        try {
            Terminal.Size size = Terminal.size(1);
            return new int[] {size.rows(), size.columns()};
        } catch (KernelException e) {
            return new int[2];
        }
    }

    /** Puts the terminal back as it was. */
    @Override
    public synchronized void close() {
        if (closed) return;
        closed = true;
        mode.close();
    }
}
