package ondol.cli.verb;

import java.io.IOException;
import ondol.cli.Cli;
import ondol.cli.Flags;
import ondol.cli.Verb;

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
        java.util.List<String> args = new java.util.ArrayList<>(java.util.List.of("--data-root", root, "--exec-root", run));
        java.util.List<String> hosts = flags.all("host");
        if (hosts.isEmpty()) hosts.add("unix://" + run + "/docker.sock");
        for (String host : hosts) {
            args.add("-H");
            args.add(host);
        }
        return ondol.docker.Daemon.run(args.toArray(new String[0]));
    }
}
