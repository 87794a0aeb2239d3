package ondol.cli.verb;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import ondol.cli.command.Cli;
import ondol.cli.command.CliException;
import ondol.cli.command.Flags;
import ondol.cli.command.Output;
import ondol.cli.command.Verb;
import ondol.cli.command.Version;
import ondol.cli.json.Json;
import ondol.cli.text.Units;
import org.jspecify.annotations.Nullable;

/** {@code ondol info}: the engine and the machine it runs on. */
public final class Info extends Verb {
    @Override
    public String help() {
        return """
            Usage:  ondol info [OPTIONS]

            Display system-wide information

            Aliases:
              ondol system info, ondol info

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
        String format = flags.get("format", "");
        if (!format.isEmpty()) {
            Map<String, @Nullable Object> info = new LinkedHashMap<>(cli.get("/info"));
            info.put("ClientInfo", Map.of("Debug", cli.debug(), "Version", Version.NUMBER, "Context", "default"));
            cli.out().line(Inspect.formatted(format, info));
            return 0;
        }
        Output out = cli.out();
        out.line("Client:\n Version:    " + Version.NUMBER + "\n Context:    default\n Debug Mode: " + cli.debug());
        out.line("\nServer:");
        try {
            server(out, cli.get("/info"));
        } catch (CliException e) {
            throw new CliException(e.status(), e.getMessage() + "\nerrors pretty printing info");
        }
        return 0;
    }

    private static void server(Output out, Map<String, @Nullable Object> info) throws IOException {
        out.line(" Containers: " + Json.number(info, "Containers"));
        out.line("  Running: " + Json.number(info, "ContainersRunning"));
        out.line("  Paused: " + Json.number(info, "ContainersPaused"));
        out.line("  Stopped: " + Json.number(info, "ContainersStopped"));
        out.line(" Images: " + Json.number(info, "Images"));
        text(out, info, " Server Version: ", "ServerVersion");
        text(out, info, " Storage Driver: ", "Driver");
        for (Object pair : Json.list(info.get("DriverStatus")))
            out.line("  " + Json.list(pair).get(0) + ": " + Json.list(pair).get(1));
        text(out, info, " Logging Driver: ", "LoggingDriver");
        text(out, info, " Cgroup Driver: ", "CgroupDriver");
        text(out, info, " Cgroup Version: ", "CgroupVersion");
        out.line(" Plugins:");
        Map<String, @Nullable Object> plugins = Json.map(info.get("Plugins"));
        out.line("  Volume: " + joined(plugins.get("Volume")));
        out.line("  Network: " + joined(plugins.get("Network")));
        out.line("  Log: " + joined(plugins.get("Log")));
        out.line(" Swarm: " + Json.text(info.get("Swarm"), "LocalNodeState"));
        out.line(" Runtimes: " + String.join(" ", new TreeMap<>(Json.map(info.get("Runtimes"))).keySet()));
        text(out, info, " Default Runtime: ", "DefaultRuntime");
        text(out, info, " Init Binary: ", "InitBinary");
        version(out, info, "containerd", "ContainerdCommit");
        version(out, info, "runc", "RuncCommit");
        version(out, info, "init", "InitCommit");
        security(out, info);
        text(out, info, " Kernel Version: ", "KernelVersion");
        text(out, info, " Operating System: ", "OperatingSystem");
        text(out, info, " OSType: ", "OSType");
        text(out, info, " Architecture: ", "Architecture");
        out.line(" CPUs: " + Json.number(info, "NCPU"));
        out.line(" Total Memory: " + Units.binarySize(Json.number(info, "MemTotal")));
        text(out, info, " Name: ", "Name");
        text(out, info, " ID: ", "ID");
        text(out, info, " Docker Root Dir: ", "DockerRootDir");
        out.line(" Debug Mode: " + info.getOrDefault("Debug", false));
        out.line(" Experimental: " + info.getOrDefault("ExperimentalBuild", false));
        registries(out, Json.map(info.get("RegistryConfig")));
        out.line(" Live Restore Enabled: " + info.getOrDefault("LiveRestoreEnabled", false));
        out.line("");
        for (Object warning : Json.list(info.get("Warnings"))) out.line(String.valueOf(warning));
    }

    private static void text(Output out, Map<String, @Nullable Object> info, String label, String field)
            throws IOException {
        String value = Json.text(info, field);
        if (!value.isEmpty()) out.line(label + value);
    }

    private static void version(Output out, Map<String, @Nullable Object> info, String name, String field)
            throws IOException {
        if (info.get(field) != null) out.line(" " + name + " version: " + Json.text(info.get(field), "ID"));
    }

    private static String joined(@Nullable Object list) {
        StringBuilder text = new StringBuilder();
        for (Object item : Json.list(list))
            text.append(text.length() == 0 ? "" : " ").append(item);
        return text.toString();
    }

    private static void security(Output out, Map<String, @Nullable Object> info) throws IOException {
        if (Json.list(info.get("SecurityOptions")).isEmpty()) return;
        out.line(" Security Options:");
        for (Object option : Json.list(info.get("SecurityOptions"))) {
            for (String part : String.valueOf(option).split(",", -1)) {
                int equals = part.indexOf('=');
                String name = part.substring(0, Math.max(equals, 0));
                String value = part.substring(equals + 1);
                if (name.equals("name")) out.line("  " + value);
                else out.line("   " + Character.toUpperCase(name.charAt(0)) + name.substring(1) + ": " + value);
            }
        }
    }

    private static void registries(Output out, Map<String, @Nullable Object> config) throws IOException {
        out.line(" Insecure Registries:");
        for (Map.Entry<String, @Nullable Object> entry :
                Json.map(config.get("IndexConfigs")).entrySet())
            if (Boolean.FALSE.equals(Json.map(entry.getValue()).get("Secure"))) out.line("  " + entry.getKey());
        for (Object range : Json.list(config.get("InsecureRegistryCIDRs"))) out.line("  " + range);
    }
}
