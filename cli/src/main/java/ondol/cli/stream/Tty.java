package ondol.cli.stream;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import ondol.linux.Call;
import ondol.linux.Kernel;

/**
 * The terminal on standard input, without line editing, echo and signals, until closed (ioctl_tty(2), termios(3)). Loaded
 * only when there is a terminal.
 */
final class Tty implements AutoCloseable {
    private static final long TCGETS = 0x5401;
    private static final long TCSETS = 0x5402;
    private static final long TIOCGWINSZ = 0x5413;
    private static final int TERMIOS = 64;
    private static final int VTIME = 17 + 5;
    private static final int VMIN = 17 + 6;
    /** IGNBRK, BRKINT, PARMRK, ISTRIP, INLCR, IGNCR, ICRNL, IXON. */
    private static final int INPUT = 0x1 | 0x2 | 0x8 | 0x20 | 0x40 | 0x80 | 0x100 | 0x400;
    /** OPOST. */
    private static final int OUTPUT = 0x1;
    /** CSIZE, PARENB. */
    private static final int CONTROL = 0x30 | 0x100;

    private static final int CS8 = 0x30;
    /** ISIG, ICANON, ECHO, ECHONL, IEXTEN. */
    private static final int LOCAL = 0x1 | 0x2 | 0x8 | 0x40 | 0x8000;

    private final byte[] saved;
    private boolean closed;

    private Tty(byte[] saved) {
        this.saved = saved;
    }

    /** Puts the terminal on standard input into raw mode. */
    static Tty raw() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment termios = arena.allocate(TERMIOS);
            Kernel.call(Call.IOCTL, "0, TCGETS", 0, TCGETS, termios.address());
            byte[] saved = termios.toArray(ValueLayout.JAVA_BYTE);
            clear(termios, 0, INPUT);
            clear(termios, 4, OUTPUT);
            clear(termios, 8, CONTROL);
            termios.set(ValueLayout.JAVA_INT, 8, termios.get(ValueLayout.JAVA_INT, 8) | CS8);
            clear(termios, 12, LOCAL);
            termios.set(ValueLayout.JAVA_BYTE, VMIN, (byte) 1);
            termios.set(ValueLayout.JAVA_BYTE, VTIME, (byte) 0);
            Kernel.call(Call.IOCTL, "0, TCSETS", 0, TCSETS, termios.address());
            Tty tty = new Tty(saved);
            Runtime.getRuntime().addShutdownHook(new Thread(tty::close, "terminal"));
            return tty;
        }
    }

    private static void clear(MemorySegment termios, int at, int bits) {
        termios.set(ValueLayout.JAVA_INT, at, termios.get(ValueLayout.JAVA_INT, at) & ~bits);
    }

    /** Rows and columns of the terminal on standard output; zeros when it has no size. */
    static int[] size() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment window = arena.allocate(8);
            if (Kernel.raw(Call.IOCTL, 1, TIOCGWINSZ, window.address()) < 0) return new int[] {0, 0};
            return new int[] {
                window.get(ValueLayout.JAVA_SHORT, 0) & 0xffff, window.get(ValueLayout.JAVA_SHORT, 2) & 0xffff
            };
        }
    }

    /** Puts the terminal back as it was. */
    @Override
    public synchronized void close() {
        if (closed) return;
        closed = true;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment termios = arena.allocateFrom(ValueLayout.JAVA_BYTE, saved);
            Kernel.raw(Call.IOCTL, 0, TCSETS, termios.address());
        }
    }
}
