package ondol.docker;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import ondol.docker.json.ContainerJson;
import ondol.engine.ContainerDetails;
import ondol.engine.ContainerDetails.MountPoint;
import ondol.engine.ContainerDetails.Status;
import ondol.engine.Containers.Sizes;
import ondol.engine.Health;
import ondol.engine.PortBinding;
import org.jspecify.annotations.Nullable;

/** Containers as Docker's API shows them. */
final class ContainerViews {
    /** The name of the storage driver: layers are joined by the kernel's overlay. */
    static final String DRIVER = "overlay2";

    ContainerJson.Inspect inspect(ContainerDetails c, @Nullable Sizes sizes, Map<String, String> folders) {
        return new ContainerJson.Inspect(
                c.id(),
                Times.rfc3339(c.created()),
                c.path(),
                c.args(),
                state(c.state()),
                c.imageId(),
                c.resolvConfPath(),
                c.hostnamePath(),
                c.hostsPath(),
                c.logPath(),
                "/" + c.name(),
                c.restartCount(),
                DRIVER,
                "linux",
                "",
                "",
                "",
                c.execIds().isEmpty() ? null : c.execIds(),
                Defaults.fill(c.host()),
                new ContainerJson.GraphDriver(DRIVER, folders),
                sizes == null ? null : sizes.writable(),
                sizes == null ? null : sizes.root(),
                mounts(c),
                Defaults.fill(c.config(), c.id()),
                NetworkViews.settings(c));
    }

    ContainerJson.Listed listed(ContainerDetails c, @Nullable Sizes sizes) {
        Map<String, String> labels = c.config().labels();
        return new ContainerJson.Listed(
                c.id(),
                List.of("/" + c.name()),
                c.imageName(),
                c.imageId(),
                command(c),
                c.created().getEpochSecond(),
                ports(c),
                sizes == null ? null : sizes.writable(),
                sizes == null ? null : sizes.root(),
                labels == null ? Map.of() : labels,
                word(c.state().status()),
                status(c.state(), Instant.now()),
                new ContainerJson.SummaryHost(network(c), c.host().annotations()),
                new ContainerJson.SummaryNetworks(NetworkViews.networks(c)),
                mounts(c));
    }

    private static ContainerJson.State state(ContainerDetails.State s) {
        return new ContainerJson.State(
                word(s.status()),
                s.active(),
                s.status() == Status.PAUSED,
                s.status() == Status.RESTARTING,
                s.oomKilled(),
                s.status() == Status.DEAD,
                s.pid(),
                s.exitCode(),
                s.error(),
                Times.rfc3339(s.startedAt()),
                Times.rfc3339(s.finishedAt()),
                health(s.health()),
                s.lostOutput() > 0 ? s.lostOutput() : null);
    }

    private static ContainerJson.@Nullable Health health(@Nullable Health health) {
        return health == null
                ? null
                : new ContainerJson.Health(
                        health.status().name().toLowerCase(Locale.ROOT),
                        health.failingStreak(),
                        health.log().stream()
                                .map(result -> new ContainerJson.HealthResult(
                                        Times.rfc3339(result.start()),
                                        Times.rfc3339(result.end()),
                                        result.exitCode(),
                                        result.output()))
                                .toList());
    }

    private static String word(Status status) {
        return status.name().toLowerCase(Locale.ROOT);
    }

    /** The sentence that {@code docker ps} shows. */
    static String status(ContainerDetails.State s, Instant now) {
        return switch (s.status()) {
            case RUNNING -> "Up " + ago(s.startedAt(), now) + wellness(s.health());
            case PAUSED -> "Up " + ago(s.startedAt(), now) + " (Paused)";
            case RESTARTING -> "Restarting (" + s.exitCode() + ") " + ago(s.finishedAt(), now) + " ago";
            case EXITED -> "Exited (" + s.exitCode() + ") " + ago(s.finishedAt(), now) + " ago";
            case REMOVING -> "Removal In Progress";
            case DEAD -> "Dead";
            case CREATED -> "Created";
        };
    }

    private static String wellness(@Nullable Health health) {
        return health == null
                ? ""
                : switch (health.status()) {
                    case STARTING -> " (health: starting)";
                    case HEALTHY -> " (healthy)";
                    case UNHEALTHY -> " (unhealthy)";
                };
    }

    private static String ago(@Nullable Instant time, Instant now) {
        return Times.about(time == null ? Duration.ZERO : Duration.between(time, now));
    }

    private static String command(ContainerDetails c) {
        StringBuilder line = new StringBuilder(c.path());
        for (String argument : c.args()) {
            boolean plain = !argument.contains(" ");
            line.append(' ').append(plain ? argument : "'" + argument + "'");
        }
        return line.toString();
    }

    private static List<ContainerJson.Mount> mounts(ContainerDetails c) {
        List<ContainerJson.Mount> mounts = new ArrayList<>();
        for (MountPoint m : c.mounts()) {
            mounts.add(new ContainerJson.Mount(
                    m.type(),
                    m.name(),
                    m.source(),
                    m.destination(),
                    m.driver().isEmpty() ? null : m.driver(),
                    m.mode(),
                    m.readWrite(),
                    m.propagation()));
        }
        return mounts;
    }

    /** The network that a container is in: {@code default} is Docker's word for the bridge. */
    static String network(ContainerDetails c) {
        String mode = c.host().networkMode();
        return mode == null || mode.isEmpty() || mode.equals("default") ? "bridge" : mode;
    }

    private static List<ContainerJson.Port> ports(ContainerDetails c) {
        List<ContainerJson.Port> ports = new ArrayList<>();
        c.ports().forEach((port, bindings) -> {
            int slash = port.indexOf('/');
            int number = Integer.parseInt(port.substring(0, slash));
            String protocol = port.substring(slash + 1);
            if (bindings.isEmpty()) {
                ports.add(new ContainerJson.Port(null, number, null, protocol));
            }
            for (PortBinding binding : bindings) {
                ports.add(new ContainerJson.Port(
                        binding.hostIp(), number, Integer.valueOf(String.valueOf(binding.hostPort())), protocol));
            }
        });
        return ports;
    }
}
