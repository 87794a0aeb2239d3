package ondol.engine.build;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import ondol.image.dockerfile.Dockerfile;
import ondol.image.dockerfile.DockerfileException;
import ondol.image.dockerfile.Instruction;
import ondol.image.dockerfile.Variables;
import ondol.oci.image.Platform;
import org.jspecify.annotations.Nullable;

/** The arguments of a build: what it was asked for, what stands before the first FROM, and what the machine is. */
final class Arguments {
    /** Taken without an ARG, and never part of what tells steps apart: a proxy is nothing of the image's. */
    private static final List<String> PROXIES =
            List.of("HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "NO_PROXY", "ALL_PROXY");

    private final Map<String, @Nullable String> asked;
    private final Map<String, String> global = new HashMap<>();
    private final Set<String> used = new HashSet<>();

    Arguments(Map<String, @Nullable String> asked, Platform target, Dockerfile dockerfile) {
        this.asked = asked;
        put("BUILD", Platform.here());
        put("TARGET", target);
        Variables variables = new Variables(global::get, dockerfile.escape());
        for (Dockerfile.Step step : dockerfile.arguments()) {
            if (step.instruction().expand(variables) instanceof Instruction.Arg arg) {
                arg.names().forEach((name, otherwise) -> {
                    String value = value(name, otherwise);
                    if (value != null) {
                        global.put(name, value);
                    }
                });
            }
        }
    }

    private void put(String side, Platform platform) {
        String variant = platform.variant() == null ? "" : platform.variant();
        global.put(side + "OS", platform.os());
        global.put(side + "ARCH", platform.architecture());
        global.put(side + "VARIANT", variant);
        String whole = platform.os() + "/" + platform.architecture();
        global.put(side + "PLATFORM", variant.isEmpty() ? whole : whole + "/" + variant);
    }

    /** An argument's value where ARG names it; null where it has none. */
    @Nullable
    String value(String name, @Nullable String otherwise) {
        used.add(name);
        if (asked.containsKey(name)) {
            return asked.get(name);
        }
        return otherwise == null ? global.get(name) : otherwise;
    }

    /** A text of a FROM line, in which only global arguments are known. */
    String expand(String text, char escape) {
        return new Variables(global::get, escape).expand(text);
    }

    /** Proxies that were asked for. */
    Map<String, String> proxies() {
        Map<String, String> proxies = new TreeMap<>();
        asked.forEach((name, value) -> {
            if (value != null && isProxy(name)) {
                proxies.put(name, value);
            }
        });
        return proxies;
    }

    private static boolean isProxy(String name) {
        return PROXIES.stream()
                .anyMatch(proxy -> proxy.equals(name)
                        || proxy.equalsIgnoreCase(name) && name.equals(name.toLowerCase(java.util.Locale.ROOT)));
    }

    /** Those that were asked for and no ARG names, sorted. */
    Set<String> unused() {
        Set<String> unused = new TreeSet<>(asked.keySet());
        unused.removeAll(used);
        unused.removeIf(Arguments::isProxy);
        return unused;
    }

    /** The platform in words such as {@code linux/arm64/v8}. */
    static Platform platform(@Nullable String text) {
        if (text == null || text.isEmpty()) {
            return Platform.here();
        }
        String[] parts = text.split("/");
        if (parts.length < 2 || parts.length > 3 || parts[0].isEmpty() || parts[1].isEmpty()) {
            throw new DockerfileException(
                    "\"%s\" is no platform: say os/architecture, such as linux/amd64".formatted(text));
        }
        return new Platform(parts[1], parts[0], null, null, parts.length > 2 ? parts[2] : null);
    }
}
