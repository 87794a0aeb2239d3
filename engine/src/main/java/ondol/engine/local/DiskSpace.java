package ondol.engine.local;

import java.util.Map;
import java.util.TreeSet;
import ondol.engine.EngineException;
import ondol.engine.HostConfig;
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

    /** Of a volume's options {@code size=10G} or, as Docker's local driver has it, {@code o=size=10G}. */
    static @Nullable Long ofVolume(String name, Map<String, String> options) {
        String size = null;
        TreeSet<String> unknown = new TreeSet<>();
        for (Map.Entry<String, String> option : options.entrySet()) {
            String value = option.getValue();
            if (option.getKey().equals(SIZE)) {
                size = value;
            } else if (option.getKey().equals("o") && value.startsWith(SIZE + "=") && value.indexOf(',') < 0) {
                size = value.substring(SIZE.length() + 1);
            } else {
                unknown.add(option.getKey());
            }
        }
        if (!unknown.isEmpty()) {
            throw new EngineException(
                    EngineException.Kind.UNSUPPORTED,
                    "create %s: a volume's option is size=10G; these are not supported: %s"
                            .formatted(name, String.join(", ", unknown)));
        }
        return size == null ? null : bytes("create %s: size".formatted(name), size);
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
