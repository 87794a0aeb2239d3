package ondol.cli.verb;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import ondol.cli.command.Cli;
import ondol.cli.command.CliException;
import ondol.cli.command.Flags;
import ondol.cli.command.Verb;
import ondol.cli.http.Response;
import ondol.cli.json.Json;
import ondol.cli.json.JsonWriter;
import ondol.cli.login.Account;
import ondol.cli.login.ConfigFile;
import ondol.cli.text.Units;
import org.jspecify.annotations.Nullable;

/** {@code ondol build}: an image of a Dockerfile. */
public final class Build extends Verb {
    @Override
    public String help() {
        return """
            Usage:  ondol build [OPTIONS] PATH | URL | -

            Build an image from a Dockerfile

            Aliases:
              ondol image build, ondol build

            Options:
                  --add-host list           Add a custom host-to-IP mapping (host:ip)
                  --build-arg list          Set build-time variables
                  --cache-from strings      Images to consider as cache sources (the
                                            engine keeps what it built itself)
                  --cgroup-parent string    Optional parent cgroup for the containers of
                                            the build
                  --compress                Compress the build context (it is not needed
                                            on one machine)
                  --cpu-period int          Limit the CPU CFS (Completely Fair Scheduler)
                                            period
                  --cpu-quota int           Limit the CPU CFS (Completely Fair Scheduler)
                                            quota
              -c, --cpu-shares int          CPU shares (relative weight)
                  --cpuset-cpus string      CPUs in which to allow execution (0-3, 0,1)
                  --cpuset-mems string      MEMs in which to allow execution (0-3, 0,1)
                  --disable-content-trust   Skip image verification (default true)
              -f, --file string             Name of the Dockerfile (default
                                            "PATH/Dockerfile")
                  --force-rm                Always remove intermediate containers
                  --iidfile string          Write the image ID to the file
                  --label list              Set metadata for an image
              -m, --memory bytes            Memory limit
                  --memory-swap bytes       Swap limit equal to memory plus swap: -1 to
                                            enable unlimited swap
                  --network string          Set the networking mode for the RUN
                                            instructions during build (default
                                            "default")
                  --no-cache                Do not use cache when building the image
                  --platform string         Set platform if server is multi-platform
                                            capable
                  --pull                    Always attempt to pull a newer version of the
                                            image
              -q, --quiet                   Suppress the build output and print image ID
                                            on success
                  --rm                      Remove intermediate containers after a
                                            successful build (default true)
                  --shm-size bytes          Size of "/dev/shm"
              -t, --tag list                Name and optionally a tag in the "name:tag"
                                            format
                  --target string           Set the target build stage to build.
                  --ulimit ulimit           Ulimit options (default [])
            """;
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
        BuildContext context = BuildContext.of(flags.first(), flags.get("file", ""));
        boolean quiet = flags.is("quiet");
        String target = target(flags, context);
        @Nullable String id;
        try (InputStream tar = context.tar()) {
            id = show(cli, cli.upload("POST", target, tar, "application/x-tar", accounts()), quiet);
        }
        String file = flags.get("iidfile", "");
        if (!file.isEmpty()) {
            if (id == null) throw new CliException("server did not provide an image ID. Cannot write " + file);
            Files.writeString(Path.of(file), id);
        }
        return 0;
    }

    private static String target(Flags flags, BuildContext context) throws IOException {
        StringBuilder query = new StringBuilder("/build?version=1");
        add(query, "dockerfile", context.dockerfile());
        add(query, "remote", context.remote());
        for (String tag : flags.all("tag")) add(query, "t", tag);
        for (String host : Networks.extraHosts(flags.all("add-host"))) add(query, "extrahosts", host);
        Map<String, @Nullable Object> arguments = arguments(flags.all("build-arg"));
        if (!arguments.isEmpty()) add(query, "buildargs", JsonWriter.text(arguments));
        Map<String, @Nullable Object> labels = new TreeMap<>();
        for (String label : flags.all("label")) {
            int equals = label.indexOf('=');
            labels.put(equals < 0 ? label : label.substring(0, equals), equals < 0 ? "" : label.substring(equals + 1));
        }
        if (!labels.isEmpty()) add(query, "labels", JsonWriter.text(labels));
        List<?> ulimits = Devices.ulimits(flags.all("ulimit"));
        if (!ulimits.isEmpty()) add(query, "ulimits", JsonWriter.text(ulimits));
        add(query, "target", flags.get("target", ""));
        add(query, "networkmode", flags.get("network", ""));
        add(query, "platform", flags.get("platform", System.getenv().getOrDefault("DOCKER_DEFAULT_PLATFORM", "")));
        add(query, "cgroupparent", flags.get("cgroup-parent", ""));
        limits(query, flags);
        query.append("&rm=").append(flags.is("rm", true) ? 1 : 0);
        for (String flag : List.of("no-cache", "pull", "quiet", "force-rm"))
            if (flags.is(flag))
                query.append('&')
                        .append(flag.equals("quiet") ? "q" : flag.replace("-", ""))
                        .append("=1");
        return query.toString();
    }

    /** {@code NAME=value}; a name alone has its value here, and none where it is not set. */
    private static Map<String, @Nullable Object> arguments(List<String> given) {
        Map<String, @Nullable Object> arguments = new TreeMap<>();
        for (String argument : given) {
            int equals = argument.indexOf('=');
            if (equals < 0) arguments.put(argument, System.getenv(argument));
            else arguments.put(argument.substring(0, equals), argument.substring(equals + 1));
        }
        return arguments;
    }

    private static void limits(StringBuilder query, Flags flags) {
        add(query, "cpusetcpus", flags.get("cpuset-cpus", ""));
        add(query, "cpusetmems", flags.get("cpuset-mems", ""));
        add(query, "cpushares", flags.get("cpu-shares", ""));
        add(query, "cpuperiod", flags.get("cpu-period", ""));
        add(query, "cpuquota", flags.get("cpu-quota", ""));
        bytes(query, "memory", flags.get("memory", ""));
        bytes(query, "memswap", flags.get("memory-swap", ""));
        bytes(query, "shmsize", flags.get("shm-size", ""));
    }

    private static void bytes(StringBuilder query, String name, String size) {
        if (!size.isEmpty()) add(query, name, size.equals("-1") ? size : String.valueOf(Units.bytes(size)));
    }

    private static void add(StringBuilder query, String name, String value) {
        if (!value.isEmpty()) query.append('&').append(name).append('=').append(Cli.encode(value));
    }

    /** The header with the user's accounts at all registries; empty where there are none. */
    private static String accounts() throws IOException {
        List<Account> accounts = ConfigFile.read().accounts();
        if (accounts.isEmpty()) return "";
        StringBuilder json = new StringBuilder();
        for (Account account : accounts)
            json.append(json.isEmpty() ? "{" : ",")
                    .append(JsonWriter.text(account.server()))
                    .append(':')
                    .append(account.json());
        byte[] bytes = json.append('}').toString().getBytes(StandardCharsets.UTF_8);
        return "X-Registry-Config: " + Base64.getUrlEncoder().encodeToString(bytes) + "\r\n";
    }

    /** Prints what the engine says, and gives the image's id. A command's exit code is this one's too. */
    private static @Nullable String show(Cli cli, Response response, boolean quiet) throws IOException {
        BufferedReader lines = new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8));
        TransferView pulls = new TransferView(cli, false);
        String id = null;
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.isBlank()) continue;
            Object said = Json.parse(line);
            String error = Json.text(said, "error");
            if (!error.isEmpty()) {
                long code = Json.number(Json.map(said).get("errorDetail"), "code");
                cli.out().flush();
                throw new CliException(code > 0 && code < 256 ? (int) code : 1, error);
            }
            String made = Json.text(Json.map(said).get("aux"), "ID");
            String text = Json.text(said, "stream");
            if (!made.isEmpty()) id = made;
            else if (quiet && text.startsWith("sha256:")) id = text.strip();
            pulls.show(said);
            cli.out().print(text);
            cli.out().flush();
        }
        return id;
    }
}
