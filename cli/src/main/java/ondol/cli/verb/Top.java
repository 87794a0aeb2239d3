package ondol.cli.verb;

import java.io.IOException;
import java.util.List;
import ondol.cli.command.Cli;
import ondol.cli.command.Flags;
import ondol.cli.command.Verb;
import ondol.cli.json.Json;
import ondol.cli.text.Table;
import org.jspecify.annotations.Nullable;

/** {@code ondol top}: the processes of a container, or what all containers use. */
public final class Top extends Verb {
    @Override
    public String help() {
        return """
            Usage:  ondol top [CONTAINER [ps OPTIONS]]

            Display the running processes of a container; without one, what all containers and tenants use now, the busiest
            first, until q is pressed; c, m, p, d and n sort by CPU, memory, processes, disk and network

            Aliases:
              ondol container top, ondol top
            """;
    }

    @Override
    public boolean stopsAtArgument() {
        return true;
    }

    @Override
    public int run(Cli cli, Flags flags) throws IOException {
        if (flags.rest().isEmpty()) return TenantTop.show(cli, false, false);
        List<String> options = flags.rest().subList(1, flags.rest().size());
        String query = options.isEmpty() ? "" : "?ps_args=" + Cli.encode(String.join(" ", options));
        Object answer = cli.json("GET", "/containers/" + Cli.encode(flags.first()) + "/top" + query, null);
        Table table = new Table(20, 3);
        table.row(cells(Json.map(answer).get("Titles")));
        for (Object process : Json.list(Json.map(answer).get("Processes"))) table.row(cells(process));
        cli.out().print(table.toString());
        return 0;
    }

    private static String[] cells(@Nullable Object list) {
        List<@Nullable Object> values = Json.list(list);
        String[] cells = new String[values.size()];
        for (int i = 0; i < cells.length; i++) cells[i] = String.valueOf(values.get(i));
        return cells;
    }
}
