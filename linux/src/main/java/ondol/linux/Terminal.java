package ondol.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A terminal behind a descriptor: its size and its mode ({@code man 2 ioctl_tty}, {@code man 3 termios}). Ondol knows the
 * machines on which these numbers are the generic ones.
 */
public final class Terminal {
    private static final int TCGETS = 0x5401;
    private static final int TCSETS = 0x5402;
    private static final int TIOCGWINSZ = 0x5413;
    private static final int TIOCSWINSZ = 0x5414;

    // struct termios of the kernel: four words of flags, the line discipline, nineteen control characters
    private static final int SIZE = 36;
    private static final int INPUT = 0;
    private static final int OUTPUT = 4;
    private static final int CONTROL = 8;
    private static final int LOCAL = 12;
    private static final int CHARACTERS = 17;
    private static final int VTIME = 5;
    private static final int VMIN = 6;

    /** {@code IGNBRK | BRKINT | PARMRK | ISTRIP | INLCR | IGNCR | ICRNL | IXON}. */
    private static final int RAW_INPUT = 01 | 02 | 010 | 040 | 0100 | 0200 | 0400 | 02000;

    private static final int OPOST = 01;

    /** {@code ECHO | ECHONL | ICANON | ISIG | IEXTEN}. */
    private static final int RAW_LOCAL = 010 | 0100 | 02 | 01 | 0100000;

    /** {@code CSIZE | PARENB}, and {@code CS8}. */
    private static final int RAW_CONTROL = 060 | 0400;

    private static final int CS8 = 060;
    private static final int MAX_SIZE = 0xffff;

    private Terminal() {}

    /**
     * A window's size in characters.
     *
     * @param rows 0 to 65535; 0 where nobody told
     * @param columns likewise
     */
    public record Size(int rows, int columns) {
        public Size {
            if (rows < 0 || rows > MAX_SIZE || columns < 0 || columns > MAX_SIZE) {
                throw new IllegalArgumentException(
                        "terminal size %d rows by %d columns is not from 0 to 65535".formatted(rows, columns));
            }
        }
    }

    /** Puts back how a terminal was. */
    public interface Mode extends AutoCloseable {
        /** Puts it back; does nothing where the terminal is gone. */
        @Override
        void close();
    }

    /** Whether the descriptor is a terminal's ({@code man 3 isatty}). */
    public static boolean is(int descriptor) {
        try (Arena arena = Arena.ofConfined()) {
            return Kernel.raw(
                            Call.IOCTL,
                            descriptor,
                            TCGETS,
                            arena.allocate(SIZE, 4).address())
                    == 0;
        }
    }

    /**
     * The size that a terminal was told.
     *
     * @throws KernelException {@code ENOTTY} where it is no terminal
     */
    public static Size size(int descriptor) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment size = arena.allocate(8, 2);
            Kernel.call(Call.IOCTL, descriptor + ", TIOCGWINSZ", descriptor, TIOCGWINSZ, size.address());
            return new Size(
                    Short.toUnsignedInt(size.get(ValueLayout.JAVA_SHORT, 0)),
                    Short.toUnsignedInt(size.get(ValueLayout.JAVA_SHORT, 2)));
        }
    }

    /**
     * Tells a terminal its size; its foreground processes get SIGWINCH where it changed.
     *
     * @throws KernelException {@code ENOTTY} where it is no terminal
     */
    public static void size(int descriptor, Size size) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocate(8, 2);
            bytes.set(ValueLayout.JAVA_SHORT, 0, (short) size.rows);
            bytes.set(ValueLayout.JAVA_SHORT, 2, (short) size.columns);
            Kernel.call(Call.IOCTL, descriptor + ", TIOCSWINSZ", descriptor, TIOCSWINSZ, bytes.address());
        }
    }

    /**
     * Makes a terminal pass every byte both ways as it is, signals and line ends too, as {@code cfmakeraw} does.
     *
     * @return puts back how it was; keep it also for a shutdown hook
     * @throws KernelException {@code ENOTTY} where it is no terminal
     */
    public static Mode raw(int descriptor) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment mode = arena.allocate(SIZE, 4);
            Kernel.call(Call.IOCTL, descriptor + ", TCGETS", descriptor, TCGETS, mode.address());
            byte[] before = mode.toArray(ValueLayout.JAVA_BYTE);
            clear(mode, INPUT, RAW_INPUT);
            clear(mode, OUTPUT, OPOST);
            clear(mode, LOCAL, RAW_LOCAL);
            clear(mode, CONTROL, RAW_CONTROL);
            mode.set(ValueLayout.JAVA_INT, CONTROL, mode.get(ValueLayout.JAVA_INT, CONTROL) | CS8);
            mode.set(ValueLayout.JAVA_BYTE, CHARACTERS + VMIN, (byte) 1);
            mode.set(ValueLayout.JAVA_BYTE, CHARACTERS + VTIME, (byte) 0);
            Kernel.call(Call.IOCTL, descriptor + ", TCSETS", descriptor, TCSETS, mode.address());
            return () -> restore(descriptor, before);
        }
    }

    private static void restore(int descriptor, byte[] before) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment mode = arena.allocateFrom(ValueLayout.JAVA_BYTE, before);
            Kernel.raw(Call.IOCTL, descriptor, TCSETS, mode.address());
        }
    }

    private static void clear(MemorySegment mode, int field, int bits) {
        mode.set(ValueLayout.JAVA_INT, field, mode.get(ValueLayout.JAVA_INT, field) & ~bits);
    }
}
