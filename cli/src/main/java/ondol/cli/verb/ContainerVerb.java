package ondol.cli.verb;

import java.util.List;
import java.util.Locale;
import ondol.cli.command.Verb;

/** What {@code run}, {@code create} and {@code exec} have in common: flags end where the container's words begin. */
abstract class ContainerVerb extends Verb {
    private static final List<String> SYSCTLS = List.of(
            "kernel.msgmax",
            "kernel.msgmnb",
            "kernel.msgmni",
            "kernel.sem",
            "kernel.shmall",
            "kernel.shmmax",
            "kernel.shmmni",
            "kernel.shm_rmid_forced");

    @Override
    public boolean stopsAtArgument() {
        return true;
    }

    @Override
    public int least() {
        return 1;
    }

    @Override
    public String canonical(String flag) {
        return switch (flag) {
            case "net" -> "network";
            case "net-alias" -> "network-alias";
            case "dns-opt" -> "dns-option";
            default -> flag;
        };
    }

    @Override
    public void check(String flag, String type, String value) {
        switch (flag) {
            case "env" -> {
                if (value.startsWith("=") || value.isEmpty())
                    throw new IllegalArgumentException("invalid environment variable: " + value);
            }
            case "attach" -> {
                String stream = value.toLowerCase(Locale.ROOT);
                if (!stream.equals("stdin") && !stream.equals("stdout") && !stream.equals("stderr"))
                    throw new IllegalArgumentException("valid streams are STDIN, STDOUT and STDERR");
            }
            case "label" -> {
                if (value.startsWith("=") || value.isEmpty())
                    throw new IllegalArgumentException("invalid label '" + value + "': empty name");
            }
            case "dns" -> {
                if (!Networks.numeric(value))
                    throw new IllegalArgumentException("IP address is not correctly formatted: " + value);
            }
            case "add-host" -> Networks.extraHost(value);
            case "network" -> Networks.check(value);
            case "mount" -> Mounts.parse(List.of(value));
            case "ulimit" -> Devices.ulimits(List.of(value));
            case "gpus" -> Devices.gpus(List.of(value));
            case "sysctl" -> sysctl(value);
            case "link" -> {
                if (value.isEmpty() || value.split(":", -1).length > 2)
                    throw new IllegalArgumentException("bad format for links: " + value);
            }
            default -> {
                super.check(flag, type, value);
                Devices.check(flag, value);
            }
        }
    }

    private static void sysctl(String value) {
        int equals = value.indexOf('=');
        String name = equals < 0 ? value : value.substring(0, equals);
        boolean known = name.startsWith("net.") || name.startsWith("fs.mqueue.") || SYSCTLS.contains(name);
        if (equals < 0 || !known) throw new IllegalArgumentException("sysctl '" + value + "' is not allowed");
    }
}
