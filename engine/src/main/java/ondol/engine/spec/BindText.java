package ondol.engine.spec;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import ondol.engine.EngineException;
import org.jspecify.annotations.Nullable;

/** Reads {@code -v}: {@code destination}, {@code source:destination} or {@code source:destination:options}. */
final class BindText {
    private static final Set<String> PROPAGATION =
            Set.of("private", "rprivate", "shared", "rshared", "slave", "rslave");
    private static final List<Set<String>> GROUPS = List.of(
            Set.of("ro", "rw"),
            Set.of("z", "Z"),
            PROPAGATION,
            Set.of("nocopy"),
            Set.of("consistent", "cached", "delegated", "default"));

    private BindText() {}

    static MountPoint parse(String text, @Nullable String driver) {
        String[] parts = text.split(":", -1);
        if (parts.length > 3 || Arrays.stream(parts).anyMatch(String::isEmpty)) {
            throw invalid(text, "");
        }
        if (parts.length == 3 && !isMode(parts[2])) {
            throw EngineException.invalid("invalid mode: " + parts[2]);
        }
        boolean sourceless = parts.length == 1 || (parts.length == 2 && isMode(parts[1]));
        String source = sourceless ? null : parts[0];
        String destination = sourceless ? parts[0] : parts[1];
        String mode = parts.length == 3 ? parts[2] : sourceless && parts.length == 2 ? parts[1] : "";
        return parse(text, source, destination, mode, driver);
    }

    private static MountPoint parse(
            String text, @Nullable String source, String destination, String mode, @Nullable String driver) {
        boolean bind = source != null && source.startsWith("/");
        Set<String> options = mode.isEmpty() ? Set.of() : Set.of(mode.split(","));
        String propagation =
                options.stream().filter(PROPAGATION::contains).findAny().orElse(bind ? "rprivate" : null);
        if (bind && options.contains("nocopy")) {
            throw invalid(text, ": invalid mount config for type \"bind\": field VolumeOptions must not be specified");
        }
        if (!bind && propagation != null) {
            throw invalid(text, ": invalid mount config for type \"volume\": field BindOptions must not be specified");
        }
        String why = MountPoints.wrongDestination(destination);
        if (why != null) {
            throw invalid(text, ": invalid mount config for type \"" + (bind ? "bind" : "volume") + "\": " + why);
        }
        if (source != null && !bind) {
            VolumeName.check(source);
        }
        return MountPointBuilder.builder()
                .type(bind ? MountPoint.BIND : MountPoint.VOLUME)
                .name(bind ? null : source)
                .source(source != null && bind ? Paths.clean(source) : null)
                .destination(Paths.clean(destination))
                .driver(bind ? null : driver)
                .mode(mode)
                .readOnly(options.contains("ro"))
                .propagation(propagation)
                .createSource(bind)
                .noCopy(options.contains("nocopy"))
                .build();
    }

    private static boolean isMode(String text) {
        Set<Set<String>> used = new HashSet<>();
        for (String option : text.split(",", -1)) {
            if (GROUPS.stream().noneMatch(group -> group.contains(option) && used.add(group))) {
                return false;
            }
        }
        return true;
    }

    private static EngineException invalid(String text, String why) {
        return EngineException.invalid("invalid volume specification: '" + text + "'" + why);
    }
}
