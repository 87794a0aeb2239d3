package ondol.cli.stream;

import java.io.IOException;
import ondol.cli.command.Cli;
import ondol.cli.command.CliException;
import ondol.cli.http.Connection;
import ondol.cli.http.Response;
import sun.misc.Signal;

/** What the kernel tells this process, passed on to a container: signals, and the terminal's new size. */
public final class Signals {
    private static final String[] PASSED = {
        "HUP", "INT", "QUIT", "TERM", "USR1", "USR2", "ALRM", "CONT", "TSTP", "TTIN", "TTOU", "POLL", "PWR", "VTALRM",
        "PROF"
    };

    private Signals() {}

    /** Passes signals on to the container's first process instead of obeying them. */
    public static void pass(Cli cli, String container) {
        for (String name : PASSED) {
            try {
                Signal.handle(
                        new Signal(name),
                        signal -> post(cli, "/containers/" + container + "/kill?signal=" + signal.getName()));
            } catch (IllegalArgumentException e) {
                // The JVM keeps this one for itself.
            }
        }
    }

    /** Tells the engine the terminal's size now, and whenever it changes. {@code target} is the resize path. */
    public static void follow(Cli cli, String target) {
        resize(cli, target);
        Signal.handle(new Signal("WINCH"), signal -> resize(cli, target));
    }

    private static void resize(Cli cli, String target) {
        int[] size = Tty.size();
        if (size[0] > 0 && size[1] > 0) post(cli, target + "?h=" + size[0] + "&w=" + size[1]);
    }

    /** Rows and columns of the terminal on standard output; zeros when there is none. */
    public static int[] size() {
        return Tty.size();
    }

    private static void post(Cli cli, String target) {
        try (Connection connection = cli.connect()) {
            Response response = connection.send("POST", target, null);
            response.bytes(64 * 1024);
        } catch (IOException | CliException e) {
            // The container may be gone already; its end is reported elsewhere.
        }
    }
}
