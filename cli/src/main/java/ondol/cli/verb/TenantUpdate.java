package ondol.cli.verb;

import java.io.IOException;
import ondol.cli.command.Cli;
import ondol.cli.command.CliException;
import ondol.cli.command.Flags;
import ondol.cli.command.Verb;
import ondol.cli.json.JsonWriter;

/** {@code ondol tenant update}: changes limits, also of what runs. */
public final class TenantUpdate extends Verb {
    @Override
    public String help() {
        return """
            Usage:  ondol tenant update [OPTIONS] TENANT [TENANT...]

            Change the limits of one or more tenants, also of what runs now. A 0 (or an empty list) takes a limit away.

            Options:
            """ + TenantFlags.TABLE;
    }

    @Override
    public int least() {
        return 1;
    }

    @Override
    public int run(Cli cli, Flags flags) throws IOException {
        if (flags.given() == 0) throw new CliException("you must provide one or more flags when using this command");
        JsonWriter json = new JsonWriter().begin();
        TenantFlags.write(json, flags);
        byte[] body = json.end().bytes();
        int status = Failures.each(cli, flags.rest(), name -> {
            cli.order("POST", "/ondol/tenants/" + Cli.encode(name) + "/update", body);
            cli.out().line(name);
        });
        TenantFlags.warn(cli, flags);
        return status;
    }
}
