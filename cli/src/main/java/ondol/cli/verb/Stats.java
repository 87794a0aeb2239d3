package ondol.cli.verb;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import ondol.cli.command.Cli;
import ondol.cli.command.CliException;
import ondol.cli.command.Flags;
import ondol.cli.command.Verb;
import ondol.cli.json.Json;
import ondol.cli.text.Units;
import org.jspecify.annotations.Nullable;

/** {@code ondol stats}: what containers use, again and again. */
public final class Stats extends Verb {
    private static final String[] HEADERS = {
        "BlockIO",
        "BLOCK I/O",
        "CPUPerc",
        "CPU %",
        "Container",
        "CONTAINER",
        "ID",
        "CONTAINER ID",
        "MemPerc",
        "MEM %",
        "MemUsage",
        "MEM USAGE / LIMIT",
        "Name",
        "NAME",
        "NetIO",
        "NET I/O",
        "PIDs",
        "PIDS"
    };

    @Override
    public String help() {
        return """
            Usage:  ondol stats [OPTIONS] [CONTAINER...]

            Display a live stream of container(s) resource usage statistics

            Aliases:
              ondol container stats, ondol stats

            Options:
              -a, --all             Show all containers (default shows just running)
                  --format string   Format output using a custom template:
                                    'table':            Print output in table format
                                    with column headers (default)
                                    'table TEMPLATE':   Print output in table format
                                    using the given Go template
                                    'json':             Print in JSON format
                                    'TEMPLATE':         Print output using the given
                                    Go template.
                                    Refer to https://docs.docker.com/go/formatting/
                                    for more information about formatting output with
                                    templates
                  --no-stream       Disable streaming stats and only pull the first result
                  --no-trunc        Do not truncate output
            """;
    }

    @Override
    public int run(Cli cli, Flags flags) throws IOException {
        Listing listing = new Listing(
                "statsContext", HEADERS, "ID", "Name", "CPUPerc", "MemUsage", "MemPerc", "NetIO", "BlockIO", "PIDs");
        boolean once = flags.is("no-stream");
        boolean screen = !once && Cli.terminal(1);
        while (true) {
            List<Row> rows = sample(cli, flags);
            if (screen) cli.out().print("\033[2J\033[H");
            listing.print(cli, flags.get("format", ""), rows);
            cli.out().flush();
            if (once) return 0;
        }
    }

    /** Asks for all containers at once: the engine measures for a second before it answers. */
    private static List<Row> sample(Cli cli, Flags flags) throws IOException {
        List<String> names = new ArrayList<>(flags.rest());
        if (names.isEmpty())
            for (Object container : cli.list("/containers/json?all=" + (flags.is("all") ? 1 : 0)))
                names.add(Json.text(container, "Id"));
        List<Request> requests = new ArrayList<>();
        for (String name : names) requests.add(new Request(cli, name));
        for (Request request : requests) request.start();
        List<Row> rows = new ArrayList<>();
        for (Request request : requests) {
            Object answer = request.answer();
            if (answer != null) rows.add(new Row(request.container, answer, !flags.is("no-trunc")));
            else if (!flags.rest().isEmpty()) throw new CliException(request.failure);
        }
        if (names.isEmpty() && !flags.is("no-stream")) pause();
        return rows;
    }

    private static void pause() {
        try {
            Thread.sleep(500);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** One container's measurement, in a thread and on a connection of its own. */
    private static final class Request extends Thread {
        private final Cli cli;
        private final String container;
        private @Nullable Object result;
        private String failure = "";

        Request(Cli cli, String container) {
            this.cli = cli;
            this.container = container;
            setDaemon(true);
        }

        @Override
        public void run() {
            try (var connection = cli.connect()) {
                var response = connection.send("GET", "/containers/" + Cli.encode(container) + "/stats?stream=0", null);
                result = Json.parse(Cli.checked(response).bytes(1 << 20));
            } catch (IOException | CliException | IllegalArgumentException e) {
                failure = String.valueOf(e.getMessage());
            }
        }

        @Nullable
        Object answer() {
            try {
                join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return result;
        }
    }

    /** One measurement. */
    private record Row(String container, @Nullable Object stats, boolean shorten) implements Listing.Row {
        @Override
        public @Nullable Object value(String field) {
            return switch (field) {
                case "Container" -> container;
                case "ID" -> shorten ? Words.shortId(Json.text(stats, "id")) : Json.text(stats, "id");
                case "Name" -> {
                    String name = Json.text(stats, "name");
                    yield name.startsWith("/") ? name.substring(1) : name;
                }
                case "CPUPerc" -> percent(cpu());
                case "MemUsage" ->
                    Units.binarySize(memory()) + " / " + Units.binarySize(Json.number(map("memory_stats"), "limit"));
                case "MemPerc" -> {
                    long limit = Json.number(map("memory_stats"), "limit");
                    yield percent(limit == 0 ? 0 : memory() * 100.0 / limit);
                }
                case "NetIO" -> network();
                case "BlockIO" -> block();
                case "PIDs" -> Long.toString(Json.number(map("pids_stats"), "current"));
                default -> null;
            };
        }

        private Map<String, @Nullable Object> map(String field) {
            return Json.map(Json.map(stats).get(field));
        }

        private static String percent(double value) {
            long hundredths = Math.round(value * 100);
            long cents = hundredths % 100;
            return hundredths / 100 + (cents < 10 ? ".0" : ".") + cents + "%";
        }

        private double cpu() {
            Map<String, @Nullable Object> now = map("cpu_stats");
            Map<String, @Nullable Object> before = map("precpu_stats");
            double used = Json.number(now.get("cpu_usage"), "total_usage")
                    - Json.number(before.get("cpu_usage"), "total_usage");
            double passed = Json.number(now, "system_cpu_usage") - Json.number(before, "system_cpu_usage");
            double cpus = Json.number(now, "online_cpus");
            if (cpus == 0)
                cpus = Json.list(Json.map(now.get("cpu_usage")).get("percpu_usage"))
                        .size();
            return used > 0 && passed > 0 ? used / passed * cpus * 100 : 0;
        }

        /** What is used without the file cache that can be given back at once. */
        private double memory() {
            Map<String, @Nullable Object> memory = map("memory_stats");
            long usage = Json.number(memory, "usage");
            Map<String, @Nullable Object> details = Json.map(memory.get("stats"));
            String cache = details.containsKey("total_inactive_file") ? "total_inactive_file" : "inactive_file";
            long inactive = Json.number(details, cache);
            return inactive < usage ? usage - inactive : usage;
        }

        private String network() {
            double received = 0;
            double sent = 0;
            for (Object network : map("networks").values()) {
                received += Json.number(network, "rx_bytes");
                sent += Json.number(network, "tx_bytes");
            }
            return Units.size(received) + " / " + Units.size(sent);
        }

        private String block() {
            double read = 0;
            double written = 0;
            for (Object entry : Json.list(map("blkio_stats").get("io_service_bytes_recursive"))) {
                String operation = Json.text(entry, "op").toLowerCase(java.util.Locale.ROOT);
                if (operation.startsWith("r")) read += Json.number(entry, "value");
                if (operation.startsWith("w")) written += Json.number(entry, "value");
            }
            return Units.size(read) + " / " + Units.size(written);
        }
    }
}
