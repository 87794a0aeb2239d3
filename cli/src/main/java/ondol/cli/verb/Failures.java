package ondol.cli.verb;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import ondol.cli.command.Cli;
import ondol.cli.command.CliException;
import ondol.cli.command.Flags;

/** How verbs report what went wrong. */
final class Failures {
    private Failures() {}

    /** A failure with the name of the command before it and the way to the help after it. */
    static CliException wrapped(Flags flags, Exception e, int status) {
        return new CliException(
                status, "ondol: " + e.getMessage() + "\n\nRun '" + flags.path() + " --help' for more information");
    }

    /** The exit status for a container that could not be started: 127 no such command, 126 not executable, 125 else. */
    static int status(String words) {
        String text = words.toLowerCase(Locale.ROOT);
        if (text.contains("executable file not found") || text.contains("no such file or directory")) return 127;
        if (text.contains("permission denied") || text.contains("is a directory")) return 126;
        return 125;
    }

    /** One request for one object of several. */
    interface Action {
        /** Does it, and prints what is to be printed. */
        void on(String object) throws IOException;
    }

    /** Does the same with every object; failures are reported, and the rest is done all the same. */
    static int each(Cli cli, List<String> objects, Action action) throws IOException {
        StringBuilder failures = new StringBuilder();
        for (String object : objects) {
            try {
                action.on(object);
            } catch (CliException e) {
                if (failures.length() > 0) failures.append('\n');
                failures.append(e.getMessage());
            }
        }
        if (failures.length() == 0) return 0;
        cli.warn(failures.toString());
        return 1;
    }

    /** One line per object when the request succeeded. */
    static int orders(Cli cli, List<String> objects, String method, String before, String after) throws IOException {
        return each(cli, objects, object -> {
            cli.order(method, before + Cli.encode(object) + after, null);
            cli.out().line(object);
        });
    }
}
