package ondol.cli.verb;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import ondol.cli.command.Cli;
import ondol.cli.command.Contexts;
import ondol.cli.command.Contexts.Context;
import ondol.cli.command.Flags;
import ondol.cli.command.Verb;
import ondol.cli.json.JsonIndent;
import ondol.cli.json.JsonWriter;
import org.jspecify.annotations.Nullable;

/** {@code ondol context inspect}: all that is kept of an engine's name. */
final class ContextInspect extends Verb {
    @Override
    public String help() {
        return """
            Usage:  ondol context inspect [OPTIONS] [CONTEXT] [CONTEXT...]

            Display detailed information on one or more contexts

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
    public int run(Cli cli, Flags flags) throws IOException {
        Contexts contexts = Contexts.open();
        List<String> names = flags.rest().isEmpty() ? List.of(contexts.current()) : flags.rest();
        List<@Nullable Object> found = new ArrayList<>();
        for (String name : names) found.add(described(cli, contexts, name));
        String format = flags.get("format", "");
        if (format.isEmpty()) cli.out().line(JsonIndent.indent(JsonWriter.text(found), "", "    "));
        else if (format.equals("json")) cli.out().line(JsonWriter.text(found));
        else for (Object one : found) cli.out().line(Inspect.formatted(format, one));
        return 0;
    }

    private static Map<String, @Nullable Object> described(Cli cli, Contexts contexts, String name) throws IOException {
        boolean own = name.equals(Contexts.DEFAULT);
        Context context = own ? new Context(name, "", cli.place().endpoint().toString(), false) : contexts.find(name);
        Map<String, Object> tls = new LinkedHashMap<>();
        Path pems = contexts.tlsFolder(name).resolve("docker");
        if (!own && Files.isDirectory(pems)) {
            try (var files = Files.list(pems)) {
                tls.put(
                        "docker",
                        files.map(file -> String.valueOf(file.getFileName()))
                                .sorted()
                                .toList());
            }
        }
        Map<String, @Nullable Object> all = new LinkedHashMap<>();
        all.put("Name", name);
        all.put("Metadata", context.description().isEmpty() ? Map.of() : Map.of("Description", context.description()));
        Map<String, Object> docker = new LinkedHashMap<>();
        docker.put("Host", context.host());
        docker.put("SkipTLSVerify", context.skipVerify());
        all.put("Endpoints", Map.of("docker", docker));
        all.put("TLSMaterial", tls);
        Map<String, Object> storage = new LinkedHashMap<>();
        storage.put(
                "MetadataPath", own ? "<IN MEMORY>" : contexts.metaFolder(name).toString());
        storage.put("TLSPath", own ? "<IN MEMORY>" : contexts.tlsFolder(name).toString());
        all.put("Storage", storage);
        return all;
    }
}
