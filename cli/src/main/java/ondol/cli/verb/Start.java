package ondol.cli.verb;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import ondol.cli.command.Cli;
import ondol.cli.command.CliException;
import ondol.cli.command.EngineException;
import ondol.cli.command.Flags;
import ondol.cli.command.Verb;
import ondol.cli.json.Json;
import ondol.cli.stream.Signals;
import ondol.cli.stream.Streams;
import org.jspecify.annotations.Nullable;

/** {@code ondol start}: starts containers that were created or have stopped. */
public final class Start extends Verb {
    @Override
    public String help() {
        return """
            Usage:  ondol start [OPTIONS] CONTAINER [CONTAINER...]

            Start one or more stopped containers

            Aliases:
              ondol container start, ondol start

            Options:
              -a, --attach                  Attach STDOUT/STDERR and forward signals
                  --checkpoint string       Restore from this checkpoint
                  --checkpoint-dir string   Use a custom checkpoint storage directory
                  --detach-keys string      Override the key sequence for detaching a
                                            container
              -i, --interactive             Attach container's STDIN
            """;
    }

    @Override
    public int least() {
        return 1;
    }

    @Override
    public int run(Cli cli, Flags flags) throws IOException {
        boolean attach = flags.is("attach");
        boolean stdin = flags.is("interactive");
        if (!attach && !stdin) return each(cli, flags);
        if (flags.rest().size() > 1) throw new CliException("you cannot start and attach multiple containers at once");
        Map<String, @Nullable Object> container = cli.get("/containers/" + Cli.encode(flags.first()) + "/json");
        Map<String, @Nullable Object> config = Json.map(container.get("Config"));
        Map<String, @Nullable Object> host = Json.map(container.get("HostConfig"));
        boolean tty = Boolean.TRUE.equals(config.get("Tty"));
        boolean input = stdin && Boolean.TRUE.equals(config.get("OpenStdin"));
        if (tty && input && !Cli.terminal(0)) throw new CliException("the input device is not a TTY");
        String id = Json.text(container, "Id");
        String keys = flags.get("detach-keys", "");
        try (Streams streams = Attach.open(cli, id, tty, input, true, true, keys)) {
            Exit exit = Exit.of(cli, id, Boolean.TRUE.equals(host.get("AutoRemove")) ? "removed" : "next-exit");
            if (!tty) Signals.pass(cli, id);
            cli.order("POST", "/containers/" + id + "/start", null);
            if (tty && Cli.terminal(1)) Signals.follow(cli, "/containers/" + id + "/resize");
            if (input) streams.input(keys);
            if (streams.output(true, true)) return 0;
            @Nullable
            Integer status = tty && input ? exit.statusUnlessDetached(cli, id) : Integer.valueOf(exit.status());
            return status == null ? 0 : status;
        }
    }

    private static int each(Cli cli, Flags flags) throws IOException {
        List<String> failed = new ArrayList<>();
        for (String name : flags.rest()) {
            try {
                cli.order("POST", "/containers/" + Cli.encode(name) + "/start", null);
                cli.out().line(name);
            } catch (EngineException e) {
                cli.warn(String.valueOf(e.getMessage()));
                failed.add(name);
            }
        }
        if (failed.isEmpty()) return 0;
        throw new CliException("Error: failed to start containers: " + String.join(", ", failed));
    }
}
