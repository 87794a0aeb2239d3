package ondol.docker;

import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Collectors;
import ondol.engine.ContainerDetails;
import ondol.engine.Engine;
import ondol.engine.EngineException;
import ondol.engine.Health;
import org.jspecify.annotations.Nullable;

/** Which containers a list is to show. */
final class ContainerFilters {
    private static final Set<String> KNOWN = Set.of(
            "ancestor",
            "before",
            "exited",
            "expose",
            "health",
            "id",
            "isolation",
            "is-task",
            "label",
            "label!",
            "name",
            "network",
            "publish",
            "since",
            "status",
            "volume");
    private static final Set<String> STATES =
            Set.of("created", "running", "paused", "restarting", "removing", "exited", "dead");

    private final Engine engine;
    private static final Set<String> HEALTH = Set.of("none", "starting", "healthy", "unhealthy");

    private final Filters filters;
    private final Set<String> ancestors;
    private final List<Pattern> names;
    private final List<PortRange> published;
    private final List<PortRange> exposed;
    private final @Nullable Instant before;
    private final @Nullable Instant since;

    ContainerFilters(Engine engine, Filters filters) {
        this.engine = engine;
        this.filters = filters.only(KNOWN);
        for (String status : filters.get("status")) {
            if (!STATES.contains(status)) {
                throw EngineException.invalid("invalid filter 'status=" + status + "'");
            }
        }
        for (String health : filters.get("health")) {
            if (!HEALTH.contains(health)) {
                throw EngineException.invalid("unrecognized filter value for health: " + health);
            }
        }
        this.ancestors = ancestors();
        this.names = filters.get("name").stream().map(ContainerFilters::pattern).toList();
        this.published = ranges("publish");
        this.exposed = ranges("expose");
        this.before = created("before");
        this.since = created("since");
    }

    private List<PortRange> ranges(String word) {
        return filters.get(word).stream()
                .map(text -> PortRange.parse(word, text))
                .toList();
    }

    /** Whether a filter asks for containers that may not be running. */
    boolean wantsEnded() {
        return filters.has("status") || filters.has("exited") || filters.has("before") || filters.has("since");
    }

    private static Pattern pattern(String name) {
        // Names are patterns for Docker; a pattern that is none, or one made to be slow, is taken as it stands.
        try {
            return name.length() > 256 ? Pattern.compile(Pattern.quote(name)) : Pattern.compile(name);
        } catch (PatternSyntaxException e) {
            return Pattern.compile(Pattern.quote(name));
        }
    }

    private @Nullable Instant created(String word) {
        return filters.has(word)
                ? engine.containers().inspect(filters.get(word).getFirst()).created()
                : null;
    }

    /** The ids of the images that are asked for, and of all that were made from them. */
    private Set<String> ancestors() {
        Set<String> ids = new HashSet<>();
        for (String image : filters.get("ancestor")) {
            try {
                ids.add(engine.images().inspect(image).id());
            } catch (EngineException e) {
                if (e.kind() != EngineException.Kind.NOT_FOUND) {
                    throw e;
                }
            }
        }
        if (!ids.isEmpty()) {
            Map<String, String> parents = engine.images().list().stream()
                    .filter(image -> image.parent() != null && !image.parent().isEmpty())
                    .collect(Collectors.toMap(image -> image.id(), image -> String.valueOf(image.parent())));
            boolean grown = true;
            while (grown) {
                grown = parents.entrySet().stream()
                        .filter(entry -> ids.contains(entry.getValue()))
                        .map(entry -> ids.add(entry.getKey()))
                        .reduce(false, Boolean::logicalOr);
            }
        }
        return ids;
    }

    boolean fits(ContainerDetails container) {
        String status = container.state().status().name().toLowerCase(Locale.ROOT);
        return filters.any("status", status::equals)
                && filters.any("id", container.id()::startsWith)
                && named(container)
                && filters.labels(container.config().labels())
                && filters.any("exited", code -> exited(container, code))
                && (!filters.has("ancestor") || ancestors.contains(container.imageId()))
                && filters.any("network", network -> in(container, network))
                && filters.any("volume", volume -> mounts(container, volume))
                && ports(container)
                && filters.any("health", health(container)::equals)
                && filters.any("is-task", "false"::equals)
                && (before == null || container.created().isBefore(before))
                && (since == null || container.created().isAfter(since));
    }

    private static String health(ContainerDetails container) {
        Health health = container.state().health();
        return health == null ? "none" : health.status().name().toLowerCase(Locale.ROOT);
    }

    private boolean named(ContainerDetails container) {
        return names.isEmpty()
                || names.stream()
                        .anyMatch(name -> name.matcher(container.name()).find()
                                || name.matcher("/" + container.name()).find());
    }

    private static boolean exited(ContainerDetails container, String code) {
        try {
            return container.state().status() == ContainerDetails.Status.EXITED
                    && container.state().exitCode() == Integer.parseInt(code);
        } catch (NumberFormatException e) {
            throw new EngineException(EngineException.Kind.INVALID, "invalid filter 'exited=" + code + "'", e);
        }
    }

    private static boolean mounts(ContainerDetails container, String volume) {
        return container.mounts().stream()
                .anyMatch(mount -> volume.equals(mount.name() == null ? mount.source() : mount.name())
                        || volume.equals(mount.destination()));
    }

    /** As for Docker, either of both suffices: the machine's port, or the container's own. */
    private boolean ports(ContainerDetails container) {
        if (published.isEmpty() && exposed.isEmpty()) {
            return true;
        }
        return container.ports().entrySet().stream()
                .anyMatch(port -> exposed.stream().anyMatch(range -> range.has(port.getKey()))
                        || port.getValue().stream()
                                .anyMatch(binding -> published.stream()
                                        .anyMatch(range -> range.has(binding.hostPort() + protocol(port.getKey())))));
    }

    private static String protocol(String port) {
        return port.substring(port.indexOf('/'));
    }

    private static boolean in(ContainerDetails container, String network) {
        return network.equals(ContainerViews.network(container))
                || container.networks().entrySet().stream()
                        .anyMatch(place -> place.getKey().equals(network)
                                || network.equals(place.getValue().networkId()));
    }
}
