package ondol.cli.verb;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import ondol.cli.command.Cli;
import ondol.cli.command.Flags;
import ondol.cli.command.Verb;
import ondol.cli.json.Json;
import ondol.cli.json.JsonWriter;
import ondol.cli.text.Table;
import ondol.cli.text.Times;
import org.jspecify.annotations.Nullable;

/** {@code ondol meter}: what was used, and what it costs. */
public final class MeterShow extends Verb {
    @Override
    public String help() {
        return """
            Usage:  ondol meter [OPTIONS] [TENANT]

            Show what containers and tenants used, also those that are no more

            Options:
                  --by string       A line for each "container", "day" or "hour" (UTC)
                                    instead of each tenant
                  --format string   "table", "json" or "csv" (default "table")
                  --prices string   File with prices per unit (JSON): adds what it costs
                  --since string    From when on: timestamp (e.g. 2013-01-02T13:23:37Z)
                                    or relative (e.g. 42m for 42 minutes)
                  --until string    Before when: timestamp or relative
            """;
    }

    @Override
    public int most() {
        return 1;
    }

    @Override
    public void check(String flag, String type, String value) {
        boolean good = switch (flag) {
            case "by" -> List.of("tenant", "container", "day", "hour").contains(value);
            case "format" -> List.of("table", "json", "csv").contains(value);
            default -> true;
        };
        if (!good)
            throw new IllegalArgumentException(
                    flag.equals("by") ? "must be container, day or hour" : "must be table, json or csv");
        super.check(flag, type, value);
    }

    @Override
    public int run(Cli cli, Flags flags) throws IOException {
        String by = flags.get("by", "tenant");
        StringBuilder target = new StringBuilder("/ondol/meter?by=").append(by);
        if (!flags.rest().isEmpty()) {
            cli.get("/ondol/tenants/" + Cli.encode(flags.first())); // a name misspelt is no tenant that used nothing
            target.append("&tenant=").append(Cli.encode(flags.first()));
        }
        for (String flag : new String[] {"since", "until"}) {
            if (flags.has(flag))
                target.append('&').append(flag).append('=').append(Cli.encode(Times.timestamp(flags.get(flag, ""))));
        }
        Prices prices = flags.has("prices") ? Prices.read(flags.get("prices", "")) : null;
        List<MeterRow> rows = new ArrayList<>();
        for (Object row : cli.list(target.toString())) rows.add(new MeterRow(row, by, prices));
        switch (flags.get("format", "table")) {
            case "json" -> json(cli, rows);
            case "csv" -> csv(cli, rows, MeterRow.columns(by, prices));
            default -> table(cli, rows, MeterRow.columns(by, prices));
        }
        return 0;
    }

    private static void table(Cli cli, List<MeterRow> rows, List<String> columns) throws IOException {
        Table table = new Table();
        table.row(columns.toArray(new String[0]));
        for (MeterRow row : rows) table.row(columns.stream().map(row::shown).toArray(String[]::new));
        cli.out().print(table.toString());
    }

    private static void csv(Cli cli, List<MeterRow> rows, List<String> columns) throws IOException {
        cli.out().line(String.join(",", columns.stream().map(MeterRow::word).toList()));
        for (MeterRow row : rows)
            cli.out().line(String.join(",", columns.stream().map(row::exact).toList()));
    }

    private static void json(Cli cli, List<MeterRow> rows) throws IOException {
        for (MeterRow row : rows) {
            Map<String, @Nullable Object> map = new java.util.LinkedHashMap<>(Json.map(row.json()));
            if (row.prices() != null) {
                map.put("Cost", row.cost().toPlainString());
                map.put("Currency", row.prices().currency());
            }
            cli.out().line(JsonWriter.text(map));
        }
    }
}
