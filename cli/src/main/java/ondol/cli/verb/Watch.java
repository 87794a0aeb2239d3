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

    /** As many columns as a line has. */
    static final int ANY = Integer.MAX_VALUE;

    private static final Terminal.Size UNKNOWN = new Terminal.Size(24, 80);

    private final Cli cli;
    private final long pause;

    /** @param pause milliseconds between two looks */
    Watch(Cli cli, long pause) {
        this.cli = cli;
        this.pause = pause;
    }

    /** Where the lines come from. */
    interface Source {
        /**
         * The lines now; none for "not yet".
         *
         * @param columns that the screen has; {@link #ANY} in a pipe
         */
        List<String> look(int columns) throws IOException;
    }

    /** @param once ends after the first block */
    int run(Source source, boolean once) throws IOException {
        boolean screen = !once && Cli.terminal(0) && Cli.terminal(1);
        source.look(ANY);
        if (screen) return onScreen(source);
        do {
            sleep();
            for (String line : source.look(ANY)) cli.out().line(line);
            cli.out().flush();
        } while (!once);
        return 0;
    }

    private int onScreen(Source source) throws IOException {
        cli.out().print(SCREEN);
        cli.out().flush();
        try (Terminal.Mode raw = Terminal.raw(0)) {
            while (true) {
                if (quits()) return 0;
                Terminal.Size size = Terminal.size(1);
                if (size.columns() == 0) size = UNKNOWN;
                cli.out().print(frame(source.look(size.columns()), size.rows(), size.columns()));
                cli.out().flush();
            }
        } finally {
            cli.out().print(BACK);
            cli.out().flush();
        }
    }

    /** What to write for lines to be all that the screen shows; what has no room below is counted in the last line. */
    static String frame(List<String> lines, int rows, int columns) {
        StringBuilder text = new StringBuilder(HOME);
        int room = Math.max(1, rows);
        for (int i = 0; i < Math.min(lines.size(), room); i++) {
            boolean last = i == room - 1;
            String line = last && lines.size() > room ? "… and " + (lines.size() - i) + " more" : lines.get(i);
            int end = line.offsetByCodePoints(0, Math.min(line.codePointCount(0, line.length()), columns));
            text.append(REST_OF_LINE).append(line, 0, end); // before it: behind a full line its last character would go
            if (!last) text.append("\r\n"); // behind the last one everything would move up
        }
        return lines.size() < room ? text.append(REST_OF_SCREEN).toString() : text.toString();
    }

    /** Waits for the next look; whether q, Ctrl-C or Ctrl-D came meanwhile. */
    private boolean quits() throws IOException {
        for (long waited = 0; waited < pause; waited += 50) {
            while (System.in.available() > 0) {
                int key = System.in.read();
                if (key == 'q' || key == 3 || key == 4 || key < 0) return true;
            }
            sleep(50);
        }
        return false;
    }

    private void sleep() {
        sleep(pause);
    }

    private static void sleep(long milliseconds) {
        try {
            Thread.sleep(milliseconds);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
