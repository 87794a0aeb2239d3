package ondol.cli.verb;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import ondol.cli.command.Cli;
import ondol.cli.command.CliException;
import ondol.cli.command.Contexts;
import ondol.cli.command.Contexts.Context;
import ondol.cli.command.Flags;
import ondol.cli.command.Verb;
import org.jspecify.annotations.Nullable;

/** {@code ondol context create} and {@code update}: names an engine. */
final class ContextSave extends Verb {
    private static final Set<String> KEYS = Set.of("host", "ca", "cert", "key", "skip-tls-verify", "from");

    private final boolean update;

    ContextSave(boolean update) {
        this.update = update;
    }

    @Override
    public String help() {
        String from = update ? "" : "      --from string            Create context from a named context\n";
        return "Usage:  ondol context " + (update ? "update" : "create") + """
             [OPTIONS] CONTEXT

            """
                + (update ? "Update a context" : "Create a context") + """


            Options:
                  --description string     Description of the context
                  --docker stringToString  set the docker endpoint: host=HOST, and ca=,
                                           cert=, key= for TLS (default [])
            """ + from;
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
        Contexts contexts = Contexts.open();
        String name = flags.first();
        if (name.equals(Contexts.DEFAULT)) throw new CliException("\"default\" is a reserved context name");
        if (!update && contexts.exists(name)) throw new CliException("context \"" + name + "\" already exists");
        Map<String, String> docker = endpoint(flags);
        String other = flags.get("from") != null ? flags.get("from") : docker.get("from");
        Context old = update ? contexts.find(name) : from(cli, contexts, other, name);
        Map<String, Path> tls = new LinkedHashMap<>();
        for (String pem : new String[] {"ca", "cert", "key"}) {
            String file = docker.get(pem);
            if (file != null) tls.put(pem, Path.of(file));
        }
        String host = docker.getOrDefault("host", old.host());
        boolean skip = docker.containsKey("skip-tls-verify")
                ? docker.get("skip-tls-verify").equals("true")
                : old.skipVerify();
        contexts.save(new Context(name, flags.get("description", old.description()), host, skip), tls);
        cli.out().line(name);
        cli.warn("Successfully " + (update ? "updated" : "created") + " context \"" + name + "\"");
        return 0;
    }

    private static Context from(Cli cli, Contexts contexts, @Nullable String other, String name) throws IOException {
        if (other == null || other.equals(Contexts.DEFAULT))
            return new Context(name, "", cli.place().endpoint().toString(), false);
        return contexts.find(other);
    }

    private static Map<String, String> endpoint(Flags flags) {
        Map<String, String> all = new LinkedHashMap<>();
        for (String given : flags.all("docker")) {
            for (String pair : given.split(",", -1)) {
                int equals = pair.indexOf('=');
                String key = equals < 0 ? pair : pair.substring(0, equals);
                if (equals < 0) throw new CliException(pair + " must be formatted as key=value");
                if (!KEYS.contains(key)) throw new CliException("unrecognized config key: " + key);
                all.put(key, pair.substring(equals + 1));
            }
        }
        return all;
    }
}
