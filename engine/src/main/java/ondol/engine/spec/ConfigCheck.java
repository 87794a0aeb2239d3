package ondol.engine.spec;

import java.util.ArrayList;
import java.util.List;
import ondol.engine.ContainerConfig;
import ondol.engine.DeviceRequest;
import ondol.engine.EngineException;
import ondol.engine.Healthcheck;
import ondol.engine.HostConfig;
import ondol.engine.RestartPolicy;
import org.jspecify.annotations.Nullable;

/** Refuses, when a container is made, what could not be started. */
public final class ConfigCheck {
    /** There is one; Docker's is written where a file says what it means anyway. */
    private static final List<String> RUNTIMES = List.of("", "ondol", "runc", "io.containerd.runc.v2");

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
        for (DeviceRequest asked : Absent.list(host.deviceRequests())) { // nobody here has any
            throw EngineException.invalid("could not select device driver \"%s\" with capabilities: %s"
                    .formatted(Absent.text(asked.driver()), Absent.list(asked.capabilities())));
        }
        if (!RUNTIMES.contains(Absent.text(host.runtime()))) {
            throw EngineException.invalid("unknown or invalid runtime name: " + host.runtime());
        }
        EnvironmentVariables.check(config);
        NamespaceChoice.check(config, host);
        UserNamespaceCheck.check(host);
        CapabilityList.of(host, machine);
        SecurityOptions.of(host);
        ResourceChecks.check(host, machine);
        DeviceRules.check(host);
        Sysctls.check(host);
        health(config.healthcheck());
        LogChoice.of(host.logConfig());
        String restart = restart(host.restartPolicy());
        if (Absent.no(host.autoRemove()) && !restart.isEmpty() && !restart.equals("no")) {
            throw EngineException.invalid("can't create 'AutoRemove' container with restart policy");
        }
    }

    private static void health(@Nullable Healthcheck check) {
        if (check == null) {
            return;
        }
        atLeast("Interval", check.interval());
        atLeast("Timeout", check.timeout());
        atLeast("StartPeriod", check.startPeriod());
        atLeast("StartInterval", check.startInterval());
        if (check.retries() != null && check.retries() < 0) {
            throw EngineException.invalid("Retries in Healthcheck cannot be negative");
        }
        List<String> test = Absent.list(check.test());
        if (test.isEmpty() || test.equals(List.of("NONE"))) {
            return;
        }
        if (!List.of("CMD", "CMD-SHELL").contains(test.getFirst()) || test.size() < 2) {
            throw EngineException.invalid(
                    "Test in Healthcheck makes no sense: %s; say NONE, CMD and a command, or CMD-SHELL and a line"
                            .formatted(test));
        }
    }

    private static void atLeast(String name, @Nullable Long nanoseconds) {
        if (nanoseconds != null && nanoseconds != 0 && nanoseconds < 1_000_000) {
            throw EngineException.invalid(name + " in Healthcheck cannot be less than 1ms");
        }
    }

    private static String restart(@Nullable RestartPolicy policy) {
        if (policy == null) {
            return "";
        }
        String name = Absent.text(policy.name());
        int most = policy.maximumRetryCount() == null ? 0 : policy.maximumRetryCount();
        switch (name) {
            case "on-failure", RestartPolicy.ON_UNHEALTHY -> refuse(most < 0, "maximum retry count cannot be negative");
            case "", "no", "always", "unless-stopped" ->
                refuse(most != 0, "maximum retry count can only be used with 'on-failure' and 'on-unhealthy'");
            default ->
                refuse(
                        true,
                        "unknown policy '%s'; use one of 'no', 'always', 'on-failure', 'unless-stopped' or 'on-unhealthy'"
                                .formatted(name));
        }
        return name;
    }

    private static void refuse(boolean wrong, String why) {
        if (wrong) {
            throw EngineException.invalid("invalid restart policy: " + why);
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
