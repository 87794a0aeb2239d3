package ondol.engine.spec;

import ondol.engine.EngineException;
import ondol.engine.HostConfig;
import org.jspecify.annotations.Nullable;

/**
 * What {@code --security-opt} said.
 *
 * @param noNewPrivileges whether no program gives the process more rights than it has
 * @param seccomp null or {@code builtin} for the standard profile, {@code unconfined} for none, else a profile in JSON
 * @param apparmor name of a profile; null where nothing was said
 * @param openSystemPaths whether no path of /proc and /sys is hidden or made read-only
 * @param writableCgroups whether the container may write into its cgroup
 */
record SecurityOptions(
        boolean noNewPrivileges,
        @Nullable String seccomp,
        @Nullable String apparmor,
        boolean openSystemPaths,
        boolean writableCgroups) {
    static final String UNCONFINED = "unconfined";

    static SecurityOptions of(HostConfig host) {
        SecurityOptions options = new SecurityOptions(false, null, null, false, false);
        for (String option : Absent.list(host.securityOpt())) {
            options = options.with(option);
        }
        return options;
    }

    private SecurityOptions with(String option) {
        if (option.equals("no-new-privileges")) {
            return new SecurityOptions(true, seccomp, apparmor, openSystemPaths, writableCgroups);
        }
        int equals = option.indexOf('=');
        // The colon is the older way to write it.
        int split = equals >= 0 ? equals : option.indexOf(':');
        if (split < 0) {
            throw EngineException.invalid("invalid --security-opt 1: \"" + option + "\"");
        }
        String value = option.substring(split + 1);
        return switch (option.substring(0, split)) {
            case "no-new-privileges" ->
                new SecurityOptions(truth(option, value), seccomp, apparmor, openSystemPaths, writableCgroups);
            case "seccomp" -> new SecurityOptions(noNewPrivileges, value, apparmor, openSystemPaths, writableCgroups);
            case "apparmor" -> new SecurityOptions(noNewPrivileges, seccomp, value, openSystemPaths, writableCgroups);
            case "writable-cgroups" ->
                new SecurityOptions(noNewPrivileges, seccomp, apparmor, openSystemPaths, truth(option, value));
            case "systempaths" -> {
                if (!value.equals(UNCONFINED)) {
                    throw unknown(option);
                }
                yield new SecurityOptions(noNewPrivileges, seccomp, apparmor, true, writableCgroups);
            }
            // Labels are SELinux's, which no kernel that is supported here enforces.
            case "label" -> this;
            default -> throw unknown(option);
        };
    }

    private static boolean truth(String option, String value) {
        return switch (value) {
            case "true", "True", "TRUE", "t", "T", "1" -> true;
            case "false", "False", "FALSE", "f", "F", "0" -> false;
            default -> throw unknown(option);
        };
    }

    private static EngineException unknown(String option) {
        return EngineException.invalid("invalid --security-opt 2: \"" + option + "\"");
    }
}
