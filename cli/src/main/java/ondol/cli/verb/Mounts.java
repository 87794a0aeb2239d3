package ondol.cli.verb;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import ondol.cli.text.Units;

/** {@code --mount type=…,source=…,target=…}. */
final class Mounts {
    private Mounts() {}

    /** All of them, as the engine takes them. */
    static List<Object> parse(List<String> given) {
        List<Object> mounts = new ArrayList<>();
        for (String text : given) mounts.add(new Mount(text).json());
        return mounts;
    }

    /** Comma-separated fields, where a field in double quotes may hold commas (RFC 4180). */
    static List<String> fields(String text) {
        List<String> fields = new ArrayList<>();
        StringBuilder field = new StringBuilder();
        boolean quoted = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' && (quoted || field.length() == 0)) {
                if (quoted && i + 1 < text.length() && text.charAt(i + 1) == '"') field.append(text.charAt(++i));
                else quoted = !quoted;
            } else if (c == ',' && !quoted) {
                fields.add(field.toString());
                field.setLength(0);
            } else {
                field.append(c);
            }
        }
        if (quoted) throw new IllegalArgumentException("a quote is not closed in '" + text + "'");
        fields.add(field.toString());
        return fields;
    }

    /** One mount while its fields are read. */
    private static final class Mount {
        private String type = "volume";
        private final Map<String, Object> common = new TreeMap<>();
        private final Map<String, Object> bind = new LinkedHashMap<>();
        private final Map<String, Object> volume = new LinkedHashMap<>();
        private final Map<String, Object> image = new LinkedHashMap<>();
        private final Map<String, Object> tmpfs = new LinkedHashMap<>();
        private final Map<String, String> driverOptions = new TreeMap<>();
        private final Map<String, String> labels = new TreeMap<>();
        private String driver = "";

        Mount(String text) {
            for (String field : fields(text)) read(field);
            check();
        }

        private void read(String field) {
            int equals = field.indexOf('=');
            String name = (equals < 0 ? field : field.substring(0, equals)).toLowerCase(java.util.Locale.ROOT);
            String value = equals < 0 ? "" : field.substring(equals + 1);
            if (equals < 0) {
                if (name.equals("readonly")
                        || name.equals("ro")
                        || name.equals("volume-nocopy")
                        || name.equals("bind-nonrecursive")
                        || name.equals("bind-create-src")) value = "true";
                else throw new IllegalArgumentException("invalid field '" + field + "' must be a key=value pair");
            }
            switch (name) {
                case "type" -> type = value.toLowerCase(java.util.Locale.ROOT);
                case "source", "src" -> common.put("Source", value);
                case "target", "dst", "destination" -> common.put("Target", value);
                case "readonly", "ro" -> common.put("ReadOnly", bool(name, value));
                case "consistency" -> common.put("Consistency", value.toLowerCase(java.util.Locale.ROOT));
                case "bind-propagation" -> bind.put("Propagation", value.toLowerCase(java.util.Locale.ROOT));
                case "bind-nonrecursive" -> bind.put("NonRecursive", bool(name, value));
                case "bind-create-src" -> bind.put("CreateMountpoint", bool(name, value));
                case "bind-recursive" -> recursive(value);
                case "volume-nocopy" -> volume.put("NoCopy", bool(name, value));
                case "volume-subpath" -> volume.put("Subpath", value);
                case "volume-driver" -> driver = value;
                case "volume-opt" -> pair(driverOptions, value);
                case "volume-label" -> pair(labels, value);
                case "image-subpath" -> image.put("Subpath", value);
                case "tmpfs-size" -> tmpfs.put("SizeBytes", size(name, value));
                case "tmpfs-mode" -> tmpfs.put("Mode", mode(name, value));
                default -> throw new IllegalArgumentException("unexpected key '" + name + "' in '" + field + "'");
            }
        }

        private void recursive(String value) {
            switch (value) {
                case "enabled" -> {}
                case "disabled" -> bind.put("NonRecursive", true);
                case "writable" -> bind.put("ReadOnlyNonRecursive", true);
                case "readonly" -> bind.put("ReadOnlyForceRecursive", true);
                default ->
                    throw new IllegalArgumentException("invalid value for bind-recursive: " + value
                            + " (must be \"enabled\", \"disabled\", \"writable\", or \"readonly\")");
            }
        }

        private static void pair(Map<String, String> into, String value) {
            into.putAll(Environment.pairs(List.of(value)));
        }

        private static boolean bool(String name, String value) {
            return switch (value) {
                case "1", "t", "T", "true", "TRUE", "True" -> true;
                case "0", "f", "F", "false", "FALSE", "False" -> false;
                default -> throw new IllegalArgumentException("invalid value for " + name + ": " + value);
            };
        }

        private static long size(String name, String value) {
            try {
                return Units.bytes(value);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("invalid value for " + name + ": " + value, e);
            }
        }

        private static long mode(String name, String value) {
            try {
                return Long.parseLong(value, 8);
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException("invalid value for " + name + ": " + value, e);
            }
        }

        private void check() {
            if (type.isEmpty()) throw new IllegalArgumentException("type is required");
            if (!common.containsKey("Target")) throw new IllegalArgumentException("target is required");
            boolean ofVolume = !volume.isEmpty() || !driver.isEmpty() || !labels.isEmpty() || !driverOptions.isEmpty();
            if (ofVolume && !type.equals("volume")) throw mixed("volume");
            if (!bind.isEmpty() && !type.equals("bind")) throw mixed("bind");
            if (!image.isEmpty() && !type.equals("image")) throw mixed("image");
            if (!tmpfs.isEmpty() && !type.equals("tmpfs")) throw mixed("tmpfs");
            Object source = common.get("Source");
            if (type.equals("bind") && source instanceof String path && path.startsWith("."))
                common.put("Source", Path.of(path).toAbsolutePath().normalize().toString());
        }

        private IllegalArgumentException mixed(String options) {
            return new IllegalArgumentException(
                    "cannot mix '" + options + "-*' options with mount type '" + type + "'");
        }

        Map<String, Object> json() {
            Map<String, Object> mount = new LinkedHashMap<>();
            mount.put("Type", type);
            copy(mount, "Source", "");
            copy(mount, "Target", "");
            copy(mount, "ReadOnly", false);
            copy(mount, "Consistency", "");
            if (!bind.isEmpty()) mount.put("BindOptions", bind);
            Map<String, Object> options = new LinkedHashMap<>();
            copyTo(options, "NoCopy");
            if (!labels.isEmpty()) options.put("Labels", labels);
            copyTo(options, "Subpath");
            Map<String, Object> driverConfig = new LinkedHashMap<>();
            if (!driver.isEmpty()) driverConfig.put("Name", driver);
            if (!driverOptions.isEmpty()) driverConfig.put("Options", driverOptions);
            if (!driverConfig.isEmpty()) options.put("DriverConfig", driverConfig);
            if (!options.isEmpty()) mount.put("VolumeOptions", options);
            if (!image.isEmpty()) mount.put("ImageOptions", image);
            if (!tmpfs.isEmpty()) mount.put("TmpfsOptions", tmpfs);
            return mount;
        }

        private void copyTo(Map<String, Object> options, String name) {
            Object value = volume.get(name);
            if (value != null) options.put(name, value);
        }

        private void copy(Map<String, Object> mount, String name, Object absent) {
            Object value = common.get(name);
            if (value != null && !value.equals(absent)) mount.put(name, value);
        }
    }
}
