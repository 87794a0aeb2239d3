package ondol.cli.verb;

import java.io.IOException;
import ondol.cli.command.Cli;
import ondol.cli.command.Flags;
import ondol.cli.command.Verb;
import ondol.cli.login.ConfigFile;

/** {@code ondol logout}: forgets what {@code login} kept. */
public final class Logout extends Verb {
    @Override
    public String help() {
        return """
            Usage:  ondol logout [SERVER]

            Log out from a registry.
            If no server is specified, the default is defined by the daemon.
            """;
    }

    @Override
    public int most() {
        return 1;
    }

    @Override
    public int run(Cli cli, Flags flags) throws IOException {
        String server = ConfigFile.key(flags.rest().isEmpty() ? "docker.io" : ImageName.host(flags.first()));
        cli.out().line("Removing login credentials for " + server);
        cli.out().flush();
        if (!ConfigFile.read().erase(server)) cli.out().line("Not logged in to " + server);
        return 0;
    }
}
