package ondol.cli.verb;

import java.io.IOException;
import ondol.cli.command.Cli;
import ondol.cli.command.Flags;
import ondol.cli.command.Verb;

/** {@code ondol stop}: stops running containers. */
public final class Stop extends Verb {
    @Override
    public String help() {
        return """
            Usage:  ondol stop [OPTIONS] CONTAINER [CONTAINER...]

            Stop one or more running containers

            Aliases:
              ondol container stop, ondol stop

            Options:
              -s, --signal string   Signal to send to the container
              -t, --timeout int     Seconds to wait before killing the container
            """;
    }

    @Override
    public int least() {
        return 1;
    }

    @Override
    public String canonical(String flag) {
        return flag.equals("time") ? "timeout" : flag;
    }

    @Override
    public int run(Cli cli, Flags flags) throws IOException {
        String query = Stop.query(flags);
        return Failures.orders(cli, flags.rest(), "POST", "/containers/", "/stop" + query);
    }

    /** The signal and the patience of {@code stop} and {@code restart}. */
    static String query(Flags flags) {
        String query = "";
        String signal = flags.get("signal");
        if (signal != null) query = "?signal=" + Cli.encode(signal);
        if (flags.has("timeout")) query += (query.isEmpty() ? "?t=" : "&t=") + flags.number("timeout", 0);
        return query;
    }
}
