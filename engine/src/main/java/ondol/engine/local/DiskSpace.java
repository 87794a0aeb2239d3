package ondol.engine.local;

import java.util.Map;
import java.util.TreeMap;
import ondol.engine.EngineException;
import ondol.engine.HostConfig;
import ondol.engine.spec.Sizes;
import org.jspecify.annotations.Nullable;

/** How much disk a container's writable layer, or a volume, may take, from the options that say it. */
final class DiskSpace {
    private static final String SIZE = "size";

    private DiskSpace() {}

    /** Of {@code --storage-opt size=10G}, in bytes; null for no limit. */
    static @Nullable Long of(HostConfig host, boolean chroot) {
        Map<String, String> options = host.storageOpt();
        if (options == null || options.isEmpty()) {
            return null;
        }
        for (String name : options.keySet()) {
            if (!name.equals(SIZE)) {
                throw EngineException.invalid("Unknown option %s of --storage-opt; there is size=10G".formatted(name));
            }
        }
        if (chroot) {
            throw EngineException.invalid(
                    "--storage-opt size limits the writable layer, and --isolation chroot has none; leave one of them out");
        }
        return bytes("--storage-opt size", options.getOrDefault(SIZE, ""));
    }

    /**
     * Of a volume's options {@code size=10G} or, as Docker's local driver has it, {@code o=size=10G} without a type; null for
     * no limit.
     */
    static @Nullable Long ofVolume(String name, Map<String, String> options) {
        String size = options.get(SIZE);
        if (size == null && inO(options)) {
            size = options.getOrDefault("o", "").substring(SIZE.length() + 1);
        }
        return size == null ? null : bytes("create %s: size".formatted(name), size);
    }

    /** A volume's options but for its size. */
    static Map<String, String> otherOptions(Map<String, String> options) {
        Map<String, String> others = new TreeMap<>(options);
        others.remove(SIZE);
        if (inO(options)) {
            others.remove("o");
        }
        return others;
    }

    private static boolean inO(Map<String, String> options) {
        String o = options.getOrDefault("o", "");
        return o.startsWith(SIZE + "=") && o.indexOf(',') < 0 && !options.containsKey("type");
    }

    private static long bytes(String what, String text) {
        long bytes;
        try {
            bytes = Sizes.parse(text);
        } catch (EngineException e) {
            throw new EngineException(EngineException.Kind.INVALID, what + ": " + e.getMessage(), e);
        }
        if (bytes < 1) {
            throw EngineException.invalid("%s: '%s' is no space at all; say it like 10G".formatted(what, text));
        }
        return bytes;
    }
}
