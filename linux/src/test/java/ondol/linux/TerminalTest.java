package ondol.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

class TerminalTest {
    private static final int O_RDWR_NOCTTY_CLOEXEC = 2 | 0400 | 02000000;
    private static final int TIOCSPTLCK = 0x40045431;
    private static final int TIOCGPTPEER = 0x5441;

    @Test
    void knowsSizeAndModeOfATerminal() {
        try (Arena arena = Arena.ofConfined();
                Descriptor master = open(arena, "/dev/ptmx")) {
            MemorySegment unlocked = arena.allocateFrom(ValueLayout.JAVA_INT, 0);
            Kernel.call(Call.IOCTL, "TIOCSPTLCK", master.number(), TIOCSPTLCK, unlocked.address());
            int number = Kernel.callInt(Call.IOCTL, "TIOCGPTPEER", master.number(), TIOCGPTPEER, O_RDWR_NOCTTY_CLOEXEC);
            try (Descriptor terminal = new Descriptor(number, "terminal")) {
                assertThat(Terminal.is(terminal.number())).isTrue();
                Terminal.size(master.number(), new Terminal.Size(50, 40_000));
                assertThat(Terminal.size(terminal.number())).isEqualTo(new Terminal.Size(50, 40_000));

                assertThat(passed(arena, terminal, master, "a\n")).isEqualTo("a\r\n");
                try (Terminal.Mode before = Terminal.raw(terminal.number())) {
                    assertThat(before).isNotNull();
                    assertThat(passed(arena, terminal, master, "b\n")).isEqualTo("b\n");
                    // as from a keyboard: no echo, no line, no signal
                    assertThat(passed(arena, master, terminal, "\3\r")).isEqualTo("\3\r");
                }
                assertThat(passed(arena, terminal, master, "c\n")).isEqualTo("c\r\n");
            }
        }
    }

    @Test
    void saysWhatIsNoTerminal() {
        try (Arena arena = Arena.ofConfined();
                Descriptor none = open(arena, "/dev/null")) {
            assertThat(Terminal.is(none.number())).isFalse();
            assertThatThrownBy(() -> Terminal.size(none.number())).hasMessageContaining("ENOTTY");
            assertThatThrownBy(() -> Terminal.raw(none.number())).hasMessageContaining("ENOTTY");
        }
        assertThatThrownBy(() -> new Terminal.Size(-1, 80)).hasMessageContaining("-1 rows by 80 columns");
    }

    private static Descriptor open(Arena arena, String path) {
        long text = Kernel.text(arena, path).address();
        return new Descriptor(Kernel.callInt(Call.OPENAT, path, Kernel.AT_FDCWD, text, O_RDWR_NOCTTY_CLOEXEC, 0), path);
    }

    private static String passed(Arena arena, Descriptor from, Descriptor to, String text) {
        Kernel.call(Call.WRITE, text, from.number(), Kernel.text(arena, text).address(), text.length());
        MemorySegment in = arena.allocate(64);
        long length = Kernel.call(Call.READ, "", to.number(), in.address(), 63);
        assertThat(length).isPositive();
        return in.getString(0);
    }
}
