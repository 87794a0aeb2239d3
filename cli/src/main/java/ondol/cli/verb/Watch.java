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

    private final Cli cli;
    private final long pause;

    /** @param pause milliseconds between two looks */
    Watch(Cli cli, long pause) {
        this.cli = cli;
        this.pause = pause;
    }

    /** Where the lines come from. */
    interface Source {
        /** The lines now; none for "not yet". */
        List<String> look() throws IOException;
    }

    /** @param once ends after the first block */
    int run(Source source, boolean once) throws IOException {
        boolean screen = !once && Cli.terminal(0) && Cli.terminal(1);
        source.look();
        if (screen) return onScreen(source);
        do {
            sleep();
            for (String line : source.look()) cli.out().line(line);
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
                draw(source.look());
            }
        } finally {
            cli.out().print(BACK);
            cli.out().flush();
        }
    }

    private void draw(List<String> lines) throws IOException {
        Terminal.Size size = Terminal.size(1);
        StringBuilder text = new StringBuilder(HOME);
        for (int i = 0; i < lines.size() && i < size.rows() - 1; i++) {
            String line = lines.get(i);
            text.append(line, 0, Math.min(line.length(), size.columns()))
                    .append(REST_OF_LINE)
                    .append("\r\n");
        }
        cli.out().print(text.append(REST_OF_SCREEN).toString());
        cli.out().flush();
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
