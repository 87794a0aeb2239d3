package ondol.cli.verb;

import java.io.IOException;
import ondol.cli.command.Cli;
import ondol.cli.command.Flags;
import ondol.cli.command.Verb;
import ondol.cli.json.Json;
import ondol.cli.json.JsonWriter;

/** {@code ondol tenant create}: makes a tenant. */
public final class TenantCreate extends Verb {
    @Override
    public String help() {
        return """
            Usage:  ondol tenant create [OPTIONS] TENANT

            Create a tenant. Its limits hold over the sum of its containers; what it does not use is lent to others.

            Options:
            """ + TenantFlags.TABLE;
    }

    @Override
    public int least() {
        return 1;
    }

    @Override
    public int most() {
        return 1;
    }

    @Override
    public int run(Cli cli, Flags flags) throws IOException {
        JsonWriter json = new JsonWriter().begin().field("Name", flags.first()).begin("Limits");
        TenantFlags.write(json, flags);
        byte[] body = json.end().end().bytes();
        cli.out().line(Json.text(cli.json("POST", "/ondol/tenants/create", body), "Name"));
        TenantFlags.warn(cli, flags);
        return 0;
    }
}
