package ondol.cli.verb;

import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import ondol.cli.command.Cli;
import ondol.cli.command.CliException;
import ondol.cli.command.Flags;
import ondol.cli.command.Verb;
import ondol.cli.json.JsonWriter;

/** {@code ondol network update}: changes what networks as a whole may reach, and how fast, while they are used. */
public final class NetworkUpdate extends Verb {
    @Override
    public String help() {
        return """
            Usage:  ondol network update [OPTIONS] NETWORK [NETWORK...]

            Change what networks may reach, and how fast, at once

            Options:
                  --egress list          What its containers may reach outside: deny, any,
                                         or allow=CIDR|NAME[:PORT],...
                  --net-burst bytes      What may pass at once after a pause
                  --net-rate string      Limit the speed of the network as a whole, from
                                         and to outside, such as 100mbit; 0 for no limit
                  --net-rate-in string   Limit what it receives
                  --net-rate-out string  Limit what it sends
            """;
    }

    @Override
    public int least() {
        return 1;
    }

    @Override
    public int run(Cli cli, Flags flags) throws IOException {
        Map<String, String> options = Traffic.words(flags, new TreeMap<>());
        if (options.isEmpty()) throw new CliException("nothing to change: say --net-rate or --egress");
        byte[] body = new JsonWriter().begin().field("Options", options).end().bytes();
        return Failures.each(cli, flags.rest(), name -> {
            cli.order("POST", "/ondol/networks/" + Cli.encode(name) + "/update", body);
            cli.out().line(name);
        });
    }
}
