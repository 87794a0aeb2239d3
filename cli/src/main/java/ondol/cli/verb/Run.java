package ondol.cli.verb;

import java.io.IOException;
import ondol.cli.command.Cli;
import ondol.cli.command.CliException;
import ondol.cli.command.EngineException;
import ondol.cli.command.Flags;
import ondol.cli.http.Response;
import ondol.cli.stream.Signals;
import ondol.cli.stream.Streams;
import org.jspecify.annotations.Nullable;

/** {@code ondol run}: creates a container, starts it, and lends it this terminal. */
public final class Run extends ContainerVerb {
    private static final String HELP = """
            Usage:  ondol run [OPTIONS] IMAGE [COMMAND] [ARG...]

            Create and run a new container from an image

            Aliases:
              ondol container run, ondol run

            Options:
            """
            + ContainerFlags.UNTIL_DEVICE
            + """
              -d, --detach                           Run container in background and
                                                     print container ID
                  --detach-keys string               Override the key sequence for
                                                     detaching a container
            """
            + ContainerFlags.DEVICE_TO_SHM
            + """
                  --sig-proxy                        Proxy received signals to the
                                                     process (default true)
            """
            + ContainerFlags.FROM_STOP
            + """

            Ondol's own options:
                  --explain                          Print the system calls that would
                                                     make the container, run nothing
                  --wait                             With -d: return once it is healthy
                                                     (or runs, without a health check)
            """;

    @Override
    public String help() {
        return HELP;
    }

    @Override
    public int run(Cli cli, Flags flags) throws IOException {
        boolean detach = flags.is("detach");
        if (detach && flags.has("attach"))
            throw new CliException("conflicting options: cannot specify both --attach and --detach");
        if (flags.is("wait") && !detach) throw new CliException("conflicting options: --wait needs --detach");
        boolean stdin = !detach && ContainerBody.attached(flags, "stdin");
        boolean tty = flags.is("tty");
        if (tty && stdin && !Cli.terminal(0)) throw new CliException("the input device is not a TTY");
        try (Unstarted unstarted = new Unstarted(cli)) {
            boolean screen = tty && !detach && Cli.terminal(1);
            String id = Created.container(cli, flags, detach, screen ? Signals.size() : new int[2], unstarted);
            if (flags.is("explain")) return explain(cli, id);
            return detach
                    ? detached(cli, id, flags.is("wait"), unstarted)
                    : attached(cli, flags, id, screen, unstarted);
        } catch (EngineException e) {
            throw Failures.wrapped(flags, e, Failures.status(e.words()));
        } catch (CliException | IllegalArgumentException e) {
            throw Failures.wrapped(flags, e, 125);
        }
    }

    private static int detached(Cli cli, String id, boolean wait, Unstarted unstarted) throws IOException {
        cli.order("POST", "/containers/" + id + "/start", null);
        unstarted.close();
        cli.out().line(id);
        cli.out().flush();
        return wait ? Exit.of(cli, id, "healthy").status() : 0;
    }

    private static int explain(Cli cli, String id) throws IOException {
        try {
            Response response = cli.request("GET", "/ondol/containers/" + id + "/explain", null);
            Streams.copy(response.body(), true, cli.out(), null);
            return 0;
        } finally {
            cli.order("DELETE", "/containers/" + id + "?force=1&v=1", null);
        }
    }

    private static int attached(Cli cli, Flags flags, String id, boolean screen, Unstarted unstarted)
            throws IOException {
        boolean stdin = ContainerBody.attached(flags, "stdin");
        boolean stdout = ContainerBody.attached(flags, "stdout");
        boolean stderr = ContainerBody.attached(flags, "stderr");
        boolean tty = flags.is("tty");
        String keys = flags.get("detach-keys", "");
        boolean any = stdin || stdout || stderr;
        if (!any) cli.out().line(id);
        cli.out().flush();
        try (Streams streams = any ? Attach.open(cli, id, tty, stdin, stdout, stderr, keys) : null) {
            Exit exit = Exit.of(cli, id, flags.is("rm") ? "removed" : "next-exit");
            cli.order("POST", "/containers/" + id + "/start", null);
            // A signal of a moment ago may still be on its way to ending this command, which takes the container along.
            // All later ones are the container's; where they are not, they end this command alone.
            if (flags.is("sig-proxy", true) && any) Signals.pass(cli, id);
            else unstarted.close();
            if (streams == null) return exit.status();
            if (screen) Signals.follow(cli, "/containers/" + id + "/resize");
            if (stdin && flags.is("interactive")) streams.input(keys);
            if (streams.output(stdout, stderr)) return 0;
            @Nullable
            Integer status = tty && stdin ? exit.statusUnlessDetached(cli, id) : Integer.valueOf(exit.status());
            return status == null ? 0 : status;
        }
    }
}
