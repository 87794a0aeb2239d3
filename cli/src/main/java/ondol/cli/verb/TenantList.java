package ondol.cli.verb;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import ondol.cli.command.Cli;
import ondol.cli.command.Flags;
import ondol.cli.command.Verb;
import ondol.cli.json.Json;
import ondol.cli.text.Units;
import org.jspecify.annotations.Nullable;

/** {@code ondol tenant ls}: the tenants, what they may use, and what they use now. */
public final class TenantList extends Verb {
    static final String[] HEADERS = {
        "Name",
        "TENANT",
        "Cpus",
        "CPUS",
        "CpuWeight",
        "CPU WEIGHT",
        "Memory",
        "MEMORY / LIMIT",
        "MemoryGuarantee",
        "GUARANTEE",
        "Pids",
        "PIDS / LIMIT",
        "Disk",
        "DISK / LIMIT",
        "Containers",
        "CONTAINERS",
        "Users",
        "USERS"
    };

    @Override
    public String help() {
        return """
            Usage:  ondol tenant ls [OPTIONS]

            List tenants

            Aliases:
              ondol tenant ls, ondol tenant list

            Options:
                  --format string   Format output using a custom template:
                                    'table':            Print output in table format
                                    with column headers (default)
                                    'table TEMPLATE':   Print output in table format
                                    using the given Go template
                                    'json':             Print in JSON format
                                    'TEMPLATE':         Print output using the given
                                    Go template.
              -q, --quiet           Only display names
            """;
    }

    @Override
    public int most() {
        return 0;
    }

    @Override
    public int run(Cli cli, Flags flags) throws IOException {
        List<@Nullable Object> tenants = cli.list("/ondol/tenants");
        String format = flags.get("format", "");
        if (flags.is("quiet") && format.isEmpty()) {
            for (Object tenant : tenants) cli.out().line(Json.text(tenant, "Name"));
            return 0;
        }
        List<Row> rows = new ArrayList<>();
        for (Object tenant : tenants) rows.add(new Row(tenant));
        new Listing(
                        "tenantContext",
                        HEADERS,
                        "Name",
                        "Cpus",
                        "CpuWeight",
                        "Memory",
                        "MemoryGuarantee",
                        "Pids",
                        "Disk",
                        "Containers",
                        "Users")
                .print(cli, format, rows);
        return 0;
    }

    /** One tenant. */
    record Row(@Nullable Object tenant) implements Listing.Row {
        private @Nullable Object limits() {
            return Json.map(tenant).get("Limits");
        }

        private long limit(String name) {
            return Json.number(limits(), name);
        }

        private long now(String name) {
            return Json.number(Json.map(tenant).get("Now"), name);
        }

        @Override
        public @Nullable Object value(String field) {
            return switch (field) {
                case "Name" -> Json.text(tenant, "Name");
                case "Cpus" ->
                    limit("NanoCpus") == 0
                            ? "-"
                            : java.math.BigDecimal.valueOf(limit("NanoCpus"), 9)
                                    .stripTrailingZeros()
                                    .toPlainString();
                case "CpuWeight" -> Long.toString(limit("CpuWeight") == 0 ? 100 : limit("CpuWeight"));
                case "Memory" -> Units.binarySize(now("Memory")) + " / " + size(limit("Memory"));
                case "MemoryGuarantee" -> size(limit("MemoryGuarantee"));
                case "Pids" -> now("Pids") + " / " + (limit("Pids") == 0 ? "-" : Long.toString(limit("Pids")));
                case "Disk" -> limit("Disk") == 0 ? "-" : Units.binarySize(now("Disk")) + " / " + size(limit("Disk"));
                case "Containers" ->
                    now("Running") + " of " + Json.number(tenant, "Containers") + " running"
                            + (limit("MaxContainers") == 0 ? "" : ", at most " + limit("MaxContainers"));
                case "Users" -> {
                    List<String> users = new ArrayList<>();
                    for (Object user : Json.list(Json.map(limits()).get("Users"))) users.add(String.valueOf(user));
                    yield users.isEmpty() ? "-" : String.join(",", users);
                }
                default -> null;
            };
        }

        private static String size(long bytes) {
            return bytes == 0 ? "-" : Units.binarySize(bytes);
        }
    }
}
