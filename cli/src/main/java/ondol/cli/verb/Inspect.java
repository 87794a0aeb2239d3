package ondol.cli.verb;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import ondol.cli.command.Cli;
import ondol.cli.command.CliException;
import ondol.cli.command.EngineException;
import ondol.cli.command.Flags;
import ondol.cli.command.Verb;
import ondol.cli.json.Json;
import ondol.cli.json.JsonIndent;
import ondol.cli.template.Template;
import org.jspecify.annotations.Nullable;

/** {@code ondol inspect}, and that of containers, images and volumes alone: all that the engine knows of an object. */
public final class Inspect extends Verb {
    private static final String TYPES =
            "\"config\", \"container\", \"image\", \"network\", \"node\", \"plugin\", \"secret\", \"service\", \"task\", \"tenant\", \"volume\"";

    private final String kind;

    /** Inspects objects of one kind, or of any when {@code kind} is empty. */
    public Inspect(String kind) {
        this.kind = kind;
    }

    @Override
    public String help() {
        return switch (kind) {
            case "container" -> CONTAINER;
            case "image" -> IMAGE;
            case "tenant" -> TENANT;
            case "volume" -> VOLUME;
            case "network" -> NETWORK;
            default -> ANY;
        };
    }

    private static final String ANY = """
            Usage:  ondol inspect [OPTIONS] NAME|ID [NAME|ID...]

            Return low-level information on Docker objects

            Options:
              -f, --format string   Format output using a custom template:
                                    'json':             Print in JSON format
                                    'TEMPLATE':         Print output using the given
                                    Go template.
                                    Refer to https://docs.docker.com/go/formatting/
                                    for more information about formatting output with
                                    templates
              -s, --size            Display total file sizes if the type is container
                  --type string     Only inspect objects of the given type
            """;
    private static final String CONTAINER = """
            Usage:  ondol container inspect [OPTIONS] CONTAINER [CONTAINER...]

            Display detailed information on one or more containers

            Options:
              -f, --format string   Format output using a custom template:
                                    'json':             Print in JSON format
                                    'TEMPLATE':         Print output using the given
                                    Go template.
                                    Refer to https://docs.docker.com/go/formatting/
                                    for more information about formatting output with
                                    templates
              -s, --size            Display total file sizes
            """;
    private static final String IMAGE = """
            Usage:  ondol image inspect [OPTIONS] IMAGE [IMAGE...]

            Display detailed information on one or more images

            Options:
              -f, --format string     Format output using a custom template:
                                      'json':             Print in JSON format
                                      'TEMPLATE':         Print output using the
                                      given Go template.
                                      Refer to https://docs.docker.com/go/formatting/
                                      for more information about formatting output
                                      with templates
                  --platform string   Inspect a specific platform of the
                                      multi-platform image.
                                      If the image or the server is not
                                      multi-platform capable, the command will error
                                      out if the platform does not match.
                                      'os[/arch[/variant]]': Explicit platform (eg.
                                      linux/amd64)
            """;
    private static final String TENANT = """
            Usage:  ondol tenant inspect [OPTIONS] TENANT [TENANT...]

            Display detailed information on one or more tenants

            Options:
              -f, --format string   Format output using a custom template:
                                    'json':             Print in JSON format
                                    'TEMPLATE':         Print output using the given
                                    Go template.
            """;
    private static final String VOLUME = """
            Usage:  ondol volume inspect [OPTIONS] VOLUME [VOLUME...]

            Display detailed information on one or more volumes

            Options:
              -f, --format string   Format output using a custom template:
                                    'json':             Print in JSON format
                                    'TEMPLATE':         Print output using the given
                                    Go template.
                                    Refer to https://docs.docker.com/go/formatting/
                                    for more information about formatting output with
                                    templates
            """;

    private static final String NETWORK = """
            Usage:  ondol network inspect [OPTIONS] NETWORK [NETWORK...]

            Display detailed information on one or more networks

            Options:
              -f, --format string   Format output using a custom template:
                                    'json':             Print in JSON format
                                    'TEMPLATE':         Print output using the given
                                    Go template.
                                    Refer to https://docs.docker.com/go/formatting/
                                    for more information about formatting output with
                                    templates
              -v, --verbose         Verbose output for diagnostics
            """;

    @Override
    public int least() {
        return 1;
    }

    @Override
    public int run(Cli cli, Flags flags) throws IOException {
        String type = kind.isEmpty() ? flags.get("type", "") : kind;
        if (!type.isEmpty() && !TYPES.contains("\"" + type + "\""))
            throw new CliException("unknown type: \"" + type + "\": must be one of " + TYPES);
        String format = flags.get("format", "");
        Template template =
                format.isEmpty() || format.equals("json") ? null : Template.parse(Listing.unescaped(format));
        List<String> found = new ArrayList<>();
        List<String> errors = new ArrayList<>();
        for (String name : flags.rest()) {
            try {
                String json = new String(fetch(cli, type, name, query(flags)), StandardCharsets.UTF_8);
                if (template == null) found.add(json);
                else cli.out().line(template.execute(Json.parse(json)));
            } catch (Template.Failure e) {
                errors.add("template parsing error: " + e.getMessage());
            } catch (CliException e) {
                errors.add(String.valueOf(e.getMessage()));
            }
        }
        if (template == null) print(cli, format, found);
        else if (found.isEmpty()
                && !errors.isEmpty()
                && errors.size() == flags.rest().size()) cli.out().line("");
        if (errors.isEmpty()) return 0;
        throw new CliException(String.join("\n", errors));
    }

    private static void print(Cli cli, String format, List<String> found) throws IOException {
        StringBuilder all = new StringBuilder("[");
        for (int i = 0; i < found.size(); i++)
            all.append(i == 0 ? "" : ",").append(found.get(i).strip());
        String json = all.append(']').toString();
        cli.out().line(format.isEmpty() ? JsonIndent.indent(json, "", "    ") : json);
    }

    private static byte[] fetch(Cli cli, String type, String name, String query) throws IOException {
        String[] kinds =
                type.isEmpty() ? new String[] {"container", "image", "network", "volume"} : new String[] {type};
        for (String one : kinds) {
            try {
                return cli.bytes("GET", path(one, name, query), null);
            } catch (EngineException e) {
                boolean unknown = e.code() == 404
                        || e.code() == 400
                        || e.code() == 501
                        || e.words().contains("not found");
                if (!type.isEmpty() || !unknown) throw e;
            }
        }
        throw new CliException("Error: No such object: " + name);
    }

    private static String query(Flags flags) {
        String platform = flags.get("platform", "");
        if (!platform.isEmpty()) return "?platform=" + Cli.encode(platform);
        return flags.is("size") ? "?size=1" : "";
    }

    private static String path(String type, String name, String query) {
        return switch (type) {
            case "container" -> "/containers/" + Cli.encode(name) + "/json" + query;
            case "image" -> "/images/" + ImageName.path(name) + "/json" + query;
            case "tenant" -> "/ondol/tenants/" + Cli.encode(name);
            case "plugin" -> "/plugins/" + ImageName.path(name) + "/json";
            case "config", "node", "secret", "service", "task", "network", "volume" ->
                "/" + type + "s/" + Cli.encode(name);
            default -> throw new IllegalArgumentException("unknown type " + type);
        };
    }

    /** The value of a template, or {@code json}, for an object that was fetched already. */
    static String formatted(String format, @Nullable Object value) {
        if (format.equals("json")) return ondol.cli.json.JsonWriter.text(value);
        return Template.parse(Listing.unescaped(format)).execute(value);
    }
}
