package ondol.cli.verb;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import ondol.cli.command.Cli;
import ondol.cli.command.CliException;
import ondol.cli.command.EngineStart;
import ondol.cli.command.Flags;
import ondol.cli.command.Verb;
import ondol.docker.Daemon;
import ondol.engine.EngineException;
import ondol.linux.Call;
import ondol.linux.Kernel;

/** {@code ondol daemon}: this process becomes the engine. */
public final class DaemonRun extends Verb {
    @Override
    public String help() {
        return """
            Usage:  ondol daemon [OPTIONS]

            Run the engine itself in the foreground

            Options:
                  --data-root string   Directory of what lasts: images, containers,
                                       volumes (default "/var/lib/ondol")
                  --exec-root string   Directory of what ends with the machine: sockets
                                       and state (default "/run/ondol")
                  --cgroup-parent string   Control group below which containers get theirs
              -H, --host list          Socket to listen on
                                       (default "unix:///run/ondol/docker.sock")
            """;
    }

    @Override
    public int most() {
        return 0;
    }

    @Override
    public int run(Cli cli, Flags flags) throws IOException {
        String data = flags.get("data-root");
        String exec = flags.get("exec-root");
        String root = data == null ? cli.place().rootOr("/var/lib/ondol") : data;
        String run = exec == null ? data == null ? cli.place().execOr("/run/ondol") : root + "/run" : exec;
        List<String> args = new ArrayList<>(List.of("--data-root", root, "--exec-root", run));
        List<String> hosts = flags.all("host");
        if (hosts.isEmpty()) hosts.add("unix://" + run + "/docker.sock");
        for (String host : hosts) {
            args.add("-H");
            args.add(host);
        }
        if (flags.has("cgroup-parent")) {
            args.add("--cgroup-parent");
            args.add(flags.get("cgroup-parent", ""));
        }
        if (System.getenv(EngineStart.BY_COMMAND) != null) {
            Kernel.raw(Call.SETSID); // the terminal of the command that started it is not its own: man 2 setsid
        }
        try {
            Daemon.run(args.toArray(new String[0]));
            return 0;
        } catch (EngineException e) {
            throw new CliException(e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 1;
        }
    }
}
