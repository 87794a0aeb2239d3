package ondol.cli.verb;

import java.io.IOException;
import java.util.List;
import ondol.cli.command.Cli;
import ondol.cli.command.Flags;
import ondol.cli.command.Verb;

/** {@code ondol tenant top}: who uses what now, by tenant. */
public final class TenantTop extends Verb {
    @Override
    public String help() {
        return """
            Usage:  ondol tenant top [OPTIONS]

            Show what each tenant uses now, the busiest first; c, m, p, d and n sort by CPU, memory,
            processes, disk and network, q ends it

            Options:
                  --no-stream   Look once, for a second
            """;
    }

    @Override
    public int most() {
        return 0;
    }

    @Override
    public int run(Cli cli, Flags flags) throws IOException {
        return show(cli, true, flags.is("no-stream"));
    }

    static int show(Cli cli, boolean tenantsOnly, boolean once) throws IOException {
        LiveTop top = new LiveTop(tenantsOnly);
        return new Watch(cli, 1000)
                .run(
                        new Watch.Source() {
                            @Override
                            public void look() throws IOException {
                                top.look(cli.get("/ondol/meter/live"));
                            }

                            @Override
                            public List<String> lines(int columns) {
                                return top.lines(columns);
                            }

                            @Override
                            public boolean key(int key) {
                                return top.key(key);
                            }

                            @Override
                            public String keys() {
                                return top.keys();
                            }
                        },
                        once);
    }
}
