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
                  --restrict-users     Users of the socket who are not root see and
                                       touch only what is their tenant's
              -G, --group string       Group of the unix socket: its members command
                                       the engine (default: the engine's own)
              -H, --host list          Sockets to listen on: unix:///PATH or
                                       tcp://ADDRESS:PORT
                                       (default "unix:///run/ondol/docker.sock")
                  --tls                Use TLS on tcp://; implied by --tlsverify;
                                       --tls=false serves everybody who gets there
                  --tlscacert string   Trust certs signed only by this CA (default
                                       "~/.docker/ca.pem")
                  --tlscert string     Path to TLS certificate file (default
                                       "~/.docker/cert.pem")
                  --tlskey string      Path to TLS key file (default
                                       "~/.docker/key.pem")
                  --tlsverify          Use TLS and verify the remote
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
        args.addAll(access(flags));
        if (flags.is("restrict-users")) args.add("--restrict-users");
        if (System.getenv(EngineStart.BY_COMMAND) != null) {
            Kernel.raw(Call.SETSID); // the terminal of the command that started it is not its own: man 2 setsid
        }
        try {
            Daemon.run(args.toArray(new String[0]));
            return 0;
        } catch (EngineException | IllegalArgumentException e) {
            throw new CliException(String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 1;
        }
    }

    /** The words about who may come in, as they were said. */
    private static List<String> access(Flags flags) {
        List<String> words = new ArrayList<>();
        for (String name : List.of("group", "tlscacert", "tlscert", "tlskey")) {
            String value = flags.get(name);
            if (value != null) words.addAll(List.of("--" + name, value));
        }
        if (flags.has("tls")) words.add(flags.is("tls") ? "--tls" : "--tls=false");
        if (flags.is("tlsverify")) words.add("--tlsverify");
        return words;
    }
}
