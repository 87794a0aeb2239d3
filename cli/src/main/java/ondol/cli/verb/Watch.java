package ondol.cli.verb;

import java.io.IOException;
import java.util.List;
import ondol.cli.command.Cli;
import ondol.linux.Terminal;

/** Shows lines that change: on the whole screen of a terminal until q is pressed, one block after the other in a pipe. */
final class Watch {
    private static final String SCREEN = "\u001b[?1049h\u001b[?25l";
    private static final String BACK = "\u001b[?25h\u001b[?1049l";
    private static final String HOME = "\u001b[H";
    private static final String REST_OF_LINE = "\u001b[K";
    private static final String REST_OF_SCREEN = "\u001b[J";

    private static final String DIM = "\u001b[2m";
    private static final String PLAIN = "\u001b[m";

    /** As many columns as a line has. */
    static final int ANY = Integer.MAX_VALUE;

    private static final Terminal.Size UNKNOWN = new Terminal.Size(24, 80);
    private static final int CTRL_C = 3;
    private static final int CTRL_D = 4;
    private static final long TICK = 50;

    private final Cli cli;
    private final long pause;

    /** @param pause milliseconds between two looks */
    Watch(Cli cli, long pause) {
        this.cli = cli;
        this.pause = pause;
    }

    /** Where the lines come from. */
    interface Source {
        void look() throws IOException;

        /**
         * What the last look saw, after the first one or a later one.
         *
         * @param columns that the screen has; {@link #ANY} in a pipe
         */
        List<String> lines(int columns);

        /** A key was pressed; whether the lines are others now. */
        boolean key(int key);

        /** What keys there are, for the foot of the screen. */
        String keys();
    }

    /** @param once ends after the first block */
    int run(Source source, boolean once) throws IOException {
        source.look();
        if (!once && Cli.terminal(0) && Cli.terminal(1)) return onScreen(source);
        do {
            sleep(pause);
            source.look();
            for (String line : source.lines(ANY)) cli.out().line(line);
            cli.out().flush();
        } while (!once);
        return 0;
    }

    private int onScreen(Source source) throws IOException {
        try (Screen screen = new Screen(source)) {
            screen.draw(size());
            while (!quits(source, screen)) {
                source.look();
                screen.draw(size());
            }
        }
        return 0;
    }

    /** The terminal's other screen, without a cursor and in raw mode, until closed or a signal ends this process. */
    private final class Screen implements AutoCloseable {
        private final Terminal.Mode mode = Terminal.raw(0);
        private final Source source;
        private boolean closed;

        Screen(Source source) throws IOException {
            this.source = source;
            Runtime.getRuntime().addShutdownHook(new Thread(this::close, "screen"));
            cli.out().print(SCREEN);
        }

        synchronized void draw(Terminal.Size size) throws IOException {
            if (closed) return;
            List<String> lines = source.lines(size.columns());
            cli.out().print(frame(lines, size.rows(), size.columns()));
            if (lines.size() < size.rows() - 1) cli.out().print(foot(source.keys(), size));
            cli.out().flush();
        }

        @Override
        public synchronized void close() {
            if (closed) return;
            closed = true;
            mode.close();
            try {
                cli.out().print(BACK);
                cli.out().flush();
            } catch (IOException e) {
                // nobody looks any more
            }
        }
    }

    private static Terminal.Size size() {
        Terminal.Size size = Terminal.size(1);
        return size.columns() == 0 || size.rows() == 0 ? UNKNOWN : size;
    }

    /** What to write for lines to be all that the screen shows; what has no room below is counted in the last line. */
    static String frame(List<String> lines, int rows, int columns) {
        StringBuilder text = new StringBuilder(HOME);
        int room = Math.max(1, rows);
        for (int i = 0; i < Math.min(lines.size(), room); i++) {
            boolean last = i == room - 1;
            String line = last && lines.size() > room ? "… and " + (lines.size() - i) + " more" : lines.get(i);
            text.append(REST_OF_LINE)
                    .append(cut(line, columns)); // before it: behind a full line its last character would go
            if (!last) text.append("\r\n"); // behind the last one everything would move up
        }
        return lines.size() < room ? text.append(REST_OF_SCREEN).toString() : text.toString();
    }

    private static String foot(String words, Terminal.Size size) {
        return "\u001b[" + size.rows() + ";1H" + DIM + cut(words, size.columns()) + PLAIN;
    }

    private static String cut(String line, int columns) {
        return line.substring(0, line.offsetByCodePoints(0, Math.min(line.codePointCount(0, line.length()), columns)));
    }

    /** Waits for the next look, and draws anew what a key or another size of the window changes; whether it is the end. */
    private boolean quits(Source source, Screen screen) throws IOException {
        Terminal.Size drawn = size();
        for (long waited = 0; waited < pause; waited += TICK) {
            boolean changed = false;
            while (System.in.available() > 0) {
                int key = System.in.read();
                if (key == 'q' || key == CTRL_C || key == CTRL_D || key < 0) return true;
                changed |= source.key(key);
            }
            Terminal.Size now = size();
            if (changed || !now.equals(drawn)) screen.draw(now);
            drawn = now;
            sleep(TICK);
        }
        return false;
    }

    private static void sleep(long milliseconds) {
        try {
            Thread.sleep(milliseconds);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
