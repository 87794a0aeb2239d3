package ondol.cli.verb;

import java.io.IOException;
import ondol.cli.command.Cli;
import ondol.cli.command.Flags;
import ondol.cli.command.Verb;

/** {@code ondol rm}: removes containers. */
public final class Rm extends Verb {
    @Override
    public String help() {
        return """
            Usage:  ondol rm [OPTIONS] CONTAINER [CONTAINER...]

            Remove one or more containers

            Aliases:
              ondol container rm, ondol container remove, ondol rm

            Options:
              -f, --force     Force the removal of a running container (uses SIGKILL)
              -l, --link      Remove the specified link
              -v, --volumes   Remove anonymous volumes associated with the container
            """;
    }

    @Override
    public int least() {
        return 1;
    }

    @Override
    public int run(Cli cli, Flags flags) throws IOException {
        String query = "?v=" + (flags.is("volumes") ? 1 : 0) + (flags.is("link") ? "&link=1" : "")
                + (flags.is("force") ? "&force=1" : "");
        return Failures.each(cli, flags.rest(), name -> {
            String path = name.startsWith("/") ? name.substring(1) : name;
            if (path.isEmpty()) throw new ondol.cli.command.CliException("Container name cannot be empty");
            try {
                cli.order("DELETE", "/containers/" + Cli.encode(path) + query, null);
            } catch (ondol.cli.command.EngineException e) {
                if (!flags.is("force") || e.code() != 404) throw e;
                cli.warn(String.valueOf(e.getMessage()));
                return;
            }
            cli.out().line(name);
        });
    }
}
