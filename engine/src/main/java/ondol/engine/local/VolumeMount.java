package ondol.engine.local;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import ondol.engine.EngineException;
import ondol.engine.spec.MountPoint;
import ondol.engine.spec.MountPointBuilder;
import org.jspecify.annotations.Nullable;

/**
 * What the options of a volume ({@code type}, {@code device}, {@code o}) make of it: a folder of the machine, or a file
 * system in memory. It is mounted in the containers and nowhere else, so that one in memory is each container's own.
 *
 * @param folder the folder of the machine; null for one in memory
 * @param options of the file system in memory, such as {@code size=64m}
 */
record VolumeMount(@Nullable Path folder, boolean readOnly, String options) {
    private static final Set<String> KNOWN = Set.of("type", "device", "o");

    /** Flags of mount that change nothing for a folder. */
    private static final Set<String> PLAIN = Set.of("bind", "rbind", "rw", "defaults", "private", "rprivate");

    /**
     * Reads the options.
     *
     * @return null for a volume without any but a size
     * @throws EngineException {@code INVALID}, or {@code UNSUPPORTED} for a type that is not mounted here
     */
    static @Nullable VolumeMount of(String name, Map<String, String> all) {
        Map<String, String> options = DiskSpace.otherOptions(all);
        if (options.isEmpty()) {
            return null;
        }
        Set<String> unknown = new TreeSet<>(options.keySet());
        unknown.removeAll(KNOWN);
        if (!unknown.isEmpty()) {
            throw EngineException.invalid("create %s: invalid option: %s".formatted(name, String.join(", ", unknown)));
        }
        String type = options.getOrDefault("type", "");
        String device = options.getOrDefault("device", "");
        if (type.isEmpty() || device.isEmpty()) {
            throw EngineException.invalid(
                    "create %s: missing required option: \"%s\"".formatted(name, type.isEmpty() ? "type" : "device"));
        }
        Set<String> words =
                new LinkedHashSet<>(Arrays.asList(options.getOrDefault("o", "").split(",")));
        words.remove("");
        boolean readOnly = words.remove("ro");
        if (type.equals("tmpfs")) {
            return new VolumeMount(null, readOnly, tmpfs(words));
        }
        boolean bind = words.contains("bind") || words.contains("rbind");
        if (!type.equals("none") && !type.equals("bind") || !bind && !type.equals("bind")) {
            throw new EngineException(
                    EngineException.Kind.UNSUPPORTED,
                    "create %s: volumes of the type %s are not mounted here: there are tmpfs, and none with o=bind"
                            .formatted(name, type));
        }
        words.removeAll(PLAIN);
        if (!words.isEmpty() || !device.startsWith("/")) {
            String wrong = words.isEmpty() ? "device=" + device : "o=" + String.join(",", words);
            throw EngineException.invalid("create %s: this makes no sense for a folder: %s".formatted(name, wrong));
        }
        return new VolumeMount(Path.of(device).normalize(), readOnly, "");
    }

    private static String tmpfs(Set<String> words) {
        List<String> options = new ArrayList<>(List.of("exec", "suid", "dev")); // as mount has it; Docker adds nothing
        options.addAll(words);
        return String.join(",", options);
    }

    /** Where the volume's files are; the caller's own folder for one in memory. */
    Path place(Path data) {
        return folder == null ? data : folder;
    }

    /** A container's mount of this volume. */
    MountPoint apply(MountPoint mount) {
        Path there = folder;
        if (there != null && !Files.isDirectory(there)) {
            throw EngineException.invalid("failed to mount local volume: mount %s: no such directory".formatted(there));
        }
        if (there == null && mount.subpath() != null) {
            throw EngineException.invalid("a volume in memory has no subpath %s yet".formatted(mount.subpath()));
        }
        return MountPointBuilder.builder(mount)
                .readOnly(mount.readOnly() || readOnly)
                .tmpfsOptions(there == null ? options + (mount.readOnly() || readOnly ? ",ro" : "") : null)
                .build();
    }
}
