package ondol.engine.spec;

import java.util.ArrayList;
import java.util.List;
import ondol.engine.EngineException;
import ondol.engine.HostConfig;

/** The small program that {@code --init} puts before the container's own: it passes signals on and reaps orphans. */
final class InitProcess {
    static final String DESTINATION = "/sbin/docker-init";

    private InitProcess() {}

    /** Only in a pid namespace of its own has a container a process 1. */
    static boolean wanted(HostConfig host) {
        NamespaceChoice namespaces = NamespaceChoice.of(host);
        return Absent.no(host.init()) && namespaces.own(namespaces.pid());
    }

    static String source(HostFacts machine) {
        String init = machine.init();
        if (init == null) {
            throw new EngineException(
                    EngineException.Kind.UNSUPPORTED,
                    "--init is not possible here: the engine's init program is missing");
        }
        return init;
    }

    static List<String> before(List<String> command) {
        List<String> arguments = new ArrayList<>(List.of(DESTINATION, "--"));
        arguments.addAll(command);
        return arguments;
    }
}
