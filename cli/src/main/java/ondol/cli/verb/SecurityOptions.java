package ondol.cli.verb;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import ondol.cli.command.CliException;
import ondol.cli.json.Json;
import ondol.cli.json.JsonWriter;

/** {@code --security-opt}, {@code --cap-add} and {@code --cap-drop}. */
final class SecurityOptions {
    private SecurityOptions() {}

    /** Puts the options as the engine takes them into {@code into}; returns whether system paths are left unmasked. */
    static boolean read(List<String> given, List<String> into) {
        boolean unmasked = false;
        for (String option : given) {
            int equals = option.indexOf('=');
            int mark = equals < 0 ? option.indexOf(':') : equals;
            if (option.equals("systempaths=unconfined")) {
                unmasked = true;
                continue;
            }
            if (mark < 0 && !option.equals("no-new-privileges"))
                throw new CliException("Invalid --security-opt: \"" + option + "\"");
            String value = mark < 0 ? "" : option.substring(mark + 1);
            boolean file = mark > 0
                    && option.substring(0, mark).equals("seccomp")
                    && !value.equals("unconfined")
                    && !value.equals("builtin");
            into.add(file ? "seccomp=" + profile(value) : option);
        }
        return unmasked;
    }

    private static String profile(String file) {
        try {
            return JsonWriter.text(Json.parse(Files.readAllBytes(Path.of(file))));
        } catch (IOException e) {
            throw new CliException(
                    "opening seccomp profile (" + file + ") failed: open " + file + ": no such file or directory");
        } catch (IllegalArgumentException e) {
            throw new CliException("compacting json for seccomp profile (" + file + ") failed: " + e.getMessage());
        }
    }

    /** Capabilities with their full names, sorted, each once. */
    static List<String> capabilities(List<String> given) {
        TreeSet<String> names = new TreeSet<>();
        for (String capability : given) {
            String name = capability.strip().toUpperCase(Locale.ROOT);
            names.add(name.equals("ALL") || name.startsWith("CAP_") ? name : "CAP_" + name);
        }
        return List.copyOf(names);
    }
}
