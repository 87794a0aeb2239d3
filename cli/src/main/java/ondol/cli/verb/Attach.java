package ondol.cli.verb;

import java.io.IOException;
import java.util.Map;
import ondol.cli.command.Cli;
import ondol.cli.command.CliException;
import ondol.cli.command.Flags;
import ondol.cli.command.Verb;
import ondol.cli.json.Json;
import ondol.cli.stream.Signals;
import ondol.cli.stream.Streams;
import org.jspecify.annotations.Nullable;

/** {@code ondol attach}: joins a running container's streams with this terminal. */
public final class Attach extends Verb {
    @Override
    public String help() {
        return """
            Usage:  ondol attach [OPTIONS] CONTAINER

            Attach local standard input, output, and error streams to a running container

            Aliases:
              ondol container attach, ondol attach

            Options:
                  --detach-keys string   Override the key sequence for detaching a
                                         container
                  --no-stdin             Do not attach STDIN
                  --sig-proxy            Proxy all received signals to the process
                                         (default true)
            """;
    }

    @Override
    public int least() {
        return 1;
    }

    @Override
    public int most() {
        return 1;
    }

    /** The streams of a container's first process. */
    static Streams open(Cli cli, String id, boolean tty, boolean stdin, boolean stdout, boolean stderr, String keys)
            throws IOException {
        StringBuilder target = new StringBuilder("/containers/").append(id).append("/attach?stream=1");
        if (stdin) target.append("&stdin=1");
        if (stdout) target.append("&stdout=1");
        if (stderr) target.append("&stderr=1");
        if (!keys.isEmpty()) target.append("&detachKeys=").append(Cli.encode(keys));
        return Streams.open(cli, target.toString(), null, tty);
    }

    @Override
    public int run(Cli cli, Flags flags) throws IOException {
        String name = Cli.encode(flags.first());
        Map<String, @Nullable Object> container = cli.get("/containers/" + name + "/json");
        Map<String, @Nullable Object> state = Json.map(container.get("State"));
        if (!Boolean.TRUE.equals(state.get("Running")))
            throw new CliException("You cannot attach to a stopped container, start it first");
        if (Boolean.TRUE.equals(state.get("Paused")))
            throw new CliException("You cannot attach to a paused container, unpause it first");
        if (Boolean.TRUE.equals(state.get("Restarting")))
            throw new CliException("You cannot attach to a restarting container, wait until it is running");
        Map<String, @Nullable Object> config = Json.map(container.get("Config"));
        boolean tty = Boolean.TRUE.equals(config.get("Tty"));
        boolean stdin = !flags.is("no-stdin") && Boolean.TRUE.equals(config.get("OpenStdin"));
        if (tty && stdin && !Cli.terminal(0)) throw new CliException("the input device is not a TTY");
        String id = Json.text(container, "Id");
        String keys = flags.get("detach-keys", "");
        Exit exit = Exit.of(cli, id, "not-running");
        try (Streams streams = open(cli, id, tty, stdin, true, true, keys)) {
            if (flags.is("sig-proxy", true) && !tty) Signals.pass(cli, id);
            if (tty && Cli.terminal(1)) Signals.follow(cli, "/containers/" + id + "/resize");
            if (stdin) streams.input(keys);
            if (streams.output(true, true)) throw new CliException("read escape sequence");
            @Nullable
            Integer status = tty && stdin ? exit.statusUnlessDetached(cli, id) : Integer.valueOf(exit.status());
            return status == null ? 0 : status;
        }
    }
}
