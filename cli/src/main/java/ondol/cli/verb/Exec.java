package ondol.cli.verb;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import ondol.cli.command.Cli;
import ondol.cli.command.CliException;
import ondol.cli.command.Flags;
import ondol.cli.json.Json;
import ondol.cli.json.JsonWriter;
import ondol.cli.stream.Signals;
import ondol.cli.stream.Streams;
import org.jspecify.annotations.Nullable;

/** {@code ondol exec}: runs one more process in a running container. */
public final class Exec extends ContainerVerb {
    @Override
    public String help() {
        return """
            Usage:  ondol exec [OPTIONS] CONTAINER COMMAND [ARG...]

            Execute a command in a running container

            Aliases:
              ondol container exec, ondol exec

            Options:
              -d, --detach               Detached mode: run command in the background
                  --detach-keys string   Override the key sequence for detaching a
                                         container
              -e, --env list             Set environment variables
                  --env-file list        Read in a file of environment variables
              -i, --interactive          Keep STDIN open even if not attached
                  --privileged           Give extended privileges to the command
              -t, --tty                  Allocate a pseudo-TTY
              -u, --user string          Username or UID (format:
                                         "<name|uid>[:<group|gid>]")
              -w, --workdir string       Working directory inside the container
            """;
    }

    @Override
    public int least() {
        return 2;
    }

    @Override
    public int run(Cli cli, Flags flags) throws IOException {
        boolean detach = flags.is("detach");
        boolean tty = flags.is("tty");
        boolean stdin = flags.is("interactive") && !detach;
        if (tty && stdin && !Cli.terminal(0)) throw new CliException("the input device is not a TTY");
        boolean screen = tty && !detach && Cli.terminal(1);
        int[] size = screen ? Signals.size() : new int[2];
        String name = Cli.encode(flags.first());
        byte[] body = body(flags, detach, stdin, size);
        Map<String, @Nullable Object> created = Json.map(cli.json("POST", "/containers/" + name + "/exec", body));
        String target = "/exec/" + Json.text(created, "Id");
        JsonWriter start = new JsonWriter().begin().field("Detach", detach).field("Tty", tty);
        if (size[0] > 0)
            start.beginArray("ConsoleSize").value(size[0]).value(size[1]).endArray();
        byte[] order = start.end().bytes();
        if (detach) {
            cli.order("POST", target + "/start", order);
            return 0;
        }
        try (Streams streams = Streams.open(cli, target + "/start", order, tty)) {
            if (screen) Signals.follow(cli, target + "/resize");
            if (stdin) streams.input(flags.get("detach-keys", ""));
            if (streams.output(true, true)) throw new CliException("read escape sequence");
        }
        return (int) Json.number(cli.get(target + "/json"), "ExitCode");
    }

    private static byte[] body(Flags flags, boolean detach, boolean stdin, int[] size) {
        JsonWriter json = new JsonWriter().begin();
        json.field("User", flags.get("user", ""))
                .field("Privileged", flags.is("privileged"))
                .field("Tty", flags.is("tty"));
        if (size[0] > 0)
            json.beginArray("ConsoleSize").value(size[0]).value(size[1]).endArray();
        json.field("AttachStdin", stdin).field("AttachStderr", !detach).field("AttachStdout", !detach);
        json.field("Detach", detach).field("DetachKeys", flags.get("detach-keys", ""));
        List<String> env = Environment.of(flags.all("env-file"), flags.all("env"));
        json.field("Env", env.isEmpty() ? null : env).field("WorkingDir", flags.get("workdir", ""));
        return json.field("Cmd", flags.rest().subList(1, flags.rest().size()))
                .end()
                .bytes();
    }
}
