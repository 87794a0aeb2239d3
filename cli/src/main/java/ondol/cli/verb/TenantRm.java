package ondol.cli.verb;

import java.io.IOException;
import ondol.cli.command.Cli;
import ondol.cli.command.Flags;
import ondol.cli.command.Verb;

/** {@code ondol tenant rm}: removes tenants. */
public final class TenantRm extends Verb {
    @Override
    public String help() {
        return """
            Usage:  ondol tenant rm [OPTIONS] TENANT [TENANT...]

            Remove one or more tenants. What was metered of them stays.

            Aliases:
              ondol tenant rm, ondol tenant remove

            Options:
              -f, --force   Remove their containers, too
            """;
    }

    @Override
    public int least() {
        return 1;
    }

    @Override
    public int run(Cli cli, Flags flags) throws IOException {
        String force = flags.is("force") ? "?force=1" : "";
        return Failures.each(cli, flags.rest(), name -> {
            cli.order("DELETE", "/ondol/tenants/" + Cli.encode(name) + force, null);
            cli.out().line(name);
        });
    }
}
