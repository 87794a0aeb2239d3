package ondol.engine.spec;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import ondol.engine.ContainerConfig;
import ondol.engine.EngineException;

/** The environment of a container's process. */
final class EnvironmentVariables {
    static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private EnvironmentVariables() {}

    static void check(ContainerConfig config) {
        for (String variable : Absent.list(config.env())) {
            if (variable.isEmpty() || variable.startsWith("=") || variable.indexOf('\0') >= 0) {
                throw EngineException.invalid("invalid environment variable: " + variable);
            }
        }
    }

    /** The defaults, what the user says instead of them, and the user's own; a name without {@code =} removes. */
    static List<String> of(ContainerConfig config, ContainerFacts facts) {
        Map<String, String> variables = new LinkedHashMap<>();
        variables.put("PATH", PATH);
        variables.put("HOSTNAME", facts.hostname());
        if (Absent.no(config.tty())) {
            variables.put("TERM", "xterm");
        }
        boolean homeSaid = false;
        for (String variable : Absent.list(config.env())) {
            int equals = variable.indexOf('=');
            String name = equals < 0 ? variable : variable.substring(0, equals);
            homeSaid |= name.equals("HOME");
            if (equals < 0) {
                variables.remove(name);
            } else {
                variables.put(name, variable.substring(equals + 1));
            }
        }
        if (!homeSaid) {
            variables.put("HOME", facts.user().home());
        }
        List<String> environment = new ArrayList<>();
        variables.forEach((name, value) -> environment.add(name + "=" + value));
        return environment;
    }
}
