package ondol.cli.verb;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import ondol.cli.command.Cli;
import ondol.cli.command.CliException;
import ondol.cli.command.Flags;
import ondol.cli.command.Verb;
import ondol.cli.command.Version;
import ondol.cli.json.Json;
import org.jspecify.annotations.Nullable;

/** {@code ondol version}: this command's version and the engine's. */
public final class VersionShow extends Verb {
    private static final int VALUE = 19;

    @Override
    public String help() {
        return """
            Usage:  ondol version [OPTIONS]

            Show the Docker version information

            Options:
              -f, --format string   Format output using a custom template:
                                    'json':             Print in JSON format
                                    'TEMPLATE':         Print output using the given
                                    Go template.
                                    Refer to https://docs.docker.com/go/formatting/
                                    for more information about formatting output with
                                    templates
            """;
    }

    @Override
    public int most() {
        return 0;
    }

    @Override
    public int run(Cli cli, Flags flags) throws IOException {
        Map<String, @Nullable Object> server = null;
        CliException failure = null;
        try {
            server = cli.get("/version");
        } catch (CliException e) {
            failure = e;
        }
        Map<String, @Nullable Object> client = client(server);
        String format = flags.get("format", "");
        if (format.isEmpty()) {
            print(cli, "Client:", client, " ");
            if (server != null) print(cli, server);
        } else {
            Map<String, @Nullable Object> both = new LinkedHashMap<>();
            both.put("Client", client);
            both.put("Server", server);
            cli.out().line(Inspect.formatted(format, both));
        }
        if (failure != null) throw failure;
        return 0;
    }

    private static Map<String, @Nullable Object> client(@Nullable Map<String, @Nullable Object> server) {
        Map<String, @Nullable Object> client = new LinkedHashMap<>();
        client.put("Version", Version.NUMBER);
        client.put("ApiVersion", server == null ? Version.API : lower(Json.text(server, "ApiVersion"), Version.API));
        client.put("DefaultAPIVersion", Version.API);
        client.put("GitCommit", Version.BUILD);
        client.put("JavaVersion", Runtime.version().toString());
        client.put("Os", "linux");
        client.put("Arch", architecture());
        client.put("Context", "default");
        return client;
    }

    private static String lower(String one, String two) {
        int first = number(one);
        return first > 0 && first < number(two) ? one : two;
    }

    private static int number(String version) {
        try {
            return Integer.parseInt(version.substring(version.indexOf('.') + 1));
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    /** The machine as Go names it. */
    private static String architecture() {
        String name = System.getProperty("os.arch", "");
        return name.equals("aarch64") ? "arm64" : name;
    }

    private static void print(Cli cli, Map<String, @Nullable Object> server) throws IOException {
        Map<String, @Nullable Object> platform = Json.map(server.get("Platform"));
        String name = Json.text(platform, "Name");
        cli.out().line("\nServer:" + (name.isEmpty() ? "" : " " + name));
        for (Object component : Json.list(server.get("Components"))) {
            Map<String, @Nullable Object> details =
                    new LinkedHashMap<>(Json.map(Json.map(component).get("Details")));
            details.put("Version", Json.text(component, "Version"));
            String title = Json.text(component, "Name");
            if (title.equals("Engine")) {
                details.put("ApiVersion", server.get("ApiVersion"));
                print(cli, " " + title + ":", details, "  ");
                continue;
            }
            cli.out().line(" " + title + ":");
            line(cli, "  ", "Version:", Json.text(details, "Version"));
            details.remove("Version");
            for (Map.Entry<String, @Nullable Object> detail : new java.util.TreeMap<>(details).entrySet())
                line(cli, "  ", detail.getKey() + ":", String.valueOf(detail.getValue()));
        }
    }

    private static void print(Cli cli, String title, Map<String, @Nullable Object> of, String indent)
            throws IOException {
        cli.out().line(title);
        line(cli, indent, "Version:", Json.text(of, "Version"));
        String api = Json.text(of, "ApiVersion");
        String most = Json.text(of, "DefaultAPIVersion");
        if (!api.isEmpty()) {
            String least = Json.text(of, "MinAPIVersion");
            String more = most.isEmpty() || most.equals(api) ? "" : " (downgraded from " + most + ")";
            line(cli, indent, "API version:", api + (least.isEmpty() ? more : " (minimum version " + least + ")"));
        }
        optional(cli, indent, "Go version:", Json.text(of, "GoVersion"));
        optional(cli, indent, "Java version:", Json.text(of, "JavaVersion"));
        if (of.containsKey("GitCommit")) line(cli, indent, "Git commit:", Json.text(of, "GitCommit"));
        optional(cli, indent, "Built:", built(Json.text(of, "BuildTime")));
        if (of.containsKey("Os")) line(cli, indent, "OS/Arch:", Json.text(of, "Os") + "/" + Json.text(of, "Arch"));
        if (of.containsKey("Experimental")) line(cli, indent, "Experimental:", Json.text(of, "Experimental"));
        optional(cli, indent, "Context:", Json.text(of, "Context"));
    }

    private static String built(String time) {
        try {
            return java.time.OffsetDateTime.parse(time)
                    .format(java.time.format.DateTimeFormatter.ofPattern(
                            "EEE MMM ppd HH:mm:ss yyyy", java.util.Locale.ROOT));
        } catch (java.time.DateTimeException e) {
            return time;
        }
    }

    private static void optional(Cli cli, String indent, String name, String value) throws IOException {
        if (!value.isEmpty()) line(cli, indent, name, value);
    }

    private static void line(Cli cli, String indent, String name, String value) throws IOException {
        int gap = Math.max(1, VALUE - 1 - name.length());
        cli.out().line(indent + name + " ".repeat(gap) + value);
    }
}
