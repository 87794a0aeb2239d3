package ondol.cli.verb;

import java.io.IOException;
import ondol.cli.command.Cli;
import ondol.cli.command.EngineException;
import ondol.cli.command.Flags;

/** {@code ondol create}: makes a container and does not start it. */
public final class Create extends ContainerVerb {
    private static final String HELP =
            """
            Usage:  ondol create [OPTIONS] IMAGE [COMMAND] [ARG...]

            Create a new container

            Aliases:
              ondol container create, ondol create

            Options:
            """ + ContainerFlags.UNTIL_DEVICE + ContainerFlags.DEVICE_TO_SHM + ContainerFlags.FROM_STOP;

    @Override
    public String help() {
        return HELP;
    }

    @Override
    public int run(Cli cli, Flags flags) throws IOException {
        try {
            String id = Created.container(cli, flags, false, new int[2], null);
            cli.out().line(id);
            return 0;
        } catch (EngineException e) {
            throw e;
        } catch (ondol.cli.command.CliException | IllegalArgumentException e) {
            throw Failures.wrapped(flags, e, 125);
        }
    }
}
