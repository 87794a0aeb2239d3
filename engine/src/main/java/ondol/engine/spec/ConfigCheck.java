package ondol.engine.spec;

import java.util.ArrayList;
import java.util.List;
import ondol.engine.ContainerConfig;
import ondol.engine.EngineException;
import ondol.engine.HostConfig;
import ondol.engine.RestartPolicy;

/** Refuses, when a container is made, what could not be started. */
public final class ConfigCheck {
    private ConfigCheck() {}

    /**
     * Checks all but mounts, which {@link MountPoints#of} checks.
     *
     * @param config with the image's merged in, but with the hostname as the user said it
     * @throws EngineException with a sentence, where something makes no sense
     */
    public static void check(ContainerConfig config, HostConfig host, HostFacts machine) {
        command(config);
        String folder = Absent.text(config.workingDir());
        if (!folder.isEmpty() && !folder.startsWith("/")) {
            throw EngineException.invalid(
                    "the working directory '" + folder + "' is invalid, it needs to be an absolute path");
        }
        EnvironmentVariables.check(config);
        NamespaceChoice.check(config, host);
        UserNamespaceCheck.check(host);
        CapabilityList.of(host, machine);
        SecurityOptions.of(host);
        ResourceChecks.check(host, machine);
        DeviceRules.check(host);
        Sysctls.check(host);
        RestartPolicy policy = host.restartPolicy();
        String restart = policy == null ? "" : Absent.text(policy.name());
        if (Absent.no(host.autoRemove()) && !restart.isEmpty() && !restart.equals("no")) {
            throw EngineException.invalid("can't create 'AutoRemove' container with restart policy");
        }
    }

    /** Program and arguments, without an init. */
    static List<String> command(ContainerConfig config) {
        List<String> command = new ArrayList<>(Absent.list(config.entrypoint()));
        command.addAll(Absent.list(config.cmd()));
        if (command.isEmpty() || command.getFirst().isEmpty()) {
            throw EngineException.invalid("no command specified");
        }
        return command;
    }
}
