package ondol.cli.verb;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import ondol.cli.command.CliException;
import ondol.cli.text.Units;
import org.jspecify.annotations.Nullable;

/** Devices, their limits, and the limits of processes. */
final class Devices {
    private Devices() {}

    /** {@code --device}: paths go into the answer, names of the container device interface into {@code requests}. */
    static List<Object> parse(List<String> given, List<Object> requests) {
        List<Object> devices = new ArrayList<>();
        List<String> named = new ArrayList<>();
        for (String device : given) {
            if (!device.startsWith("/") && device.indexOf('=') > 0 && device.indexOf('/') > 0) named.add(device);
            else devices.add(device(device));
        }
        if (!named.isEmpty()) requests.add(request("cdi", 0, named, null, null));
        return devices;
    }

    private static Map<String, Object> device(String text) {
        String[] parts = text.split(":", -1);
        String inside = parts[0];
        String access = "rwm";
        if (parts.length == 2 && accessMode(parts[1])) access = parts[1];
        else if (parts.length >= 2 && !parts[1].isEmpty()) inside = parts[1];
        if (parts.length == 3) access = parts[2];
        if (parts.length > 3) throw new CliException("invalid device specification: " + text);
        if (!parts[0].startsWith("/")) throw new CliException(parts[0] + " is not an absolute path");
        if (!inside.startsWith("/")) throw new CliException(inside + " is not an absolute path");
        if (parts.length == 3 && !accessMode(access)) throw new CliException("bad mode specified: " + access);
        Map<String, Object> device = new LinkedHashMap<>();
        device.put("PathOnHost", parts[0]);
        device.put("PathInContainer", inside);
        device.put("CgroupPermissions", access);
        return device;
    }

    private static boolean accessMode(String text) {
        if (text.isEmpty() || text.length() > 3) return false;
        for (int i = 0; i < text.length(); i++)
            if ("rwm".indexOf(text.charAt(i)) < 0 || text.indexOf(text.charAt(i), i + 1) >= 0) return false;
        return true;
    }

    private static Map<String, @Nullable Object> request(
            String driver, long count, @Nullable Object ids, @Nullable Object capabilities, @Nullable Object options) {
        Map<String, @Nullable Object> request = new LinkedHashMap<>();
        request.put("Driver", driver);
        request.put("Count", count);
        request.put("DeviceIDs", ids);
        request.put("Capabilities", capabilities);
        request.put("Options", options);
        return request;
    }

    /** {@code --gpus}: {@code all}, a number, or comma-separated fields, where a quoted field may hold commas. */
    static List<Object> gpus(List<String> given) {
        List<Object> requests = new ArrayList<>();
        for (String gpu : given) requests.add(gpu(gpu));
        return requests;
    }

    private static Map<String, @Nullable Object> gpu(String text) {
        String driver = "";
        long count = 0;
        List<String> ids = null;
        List<String> capabilities = new ArrayList<>();
        Map<String, String> options = new TreeMap<>();
        for (String field : Mounts.fields(text)) {
            int equals = field.indexOf('=');
            String name = equals < 0 ? "count" : field.substring(0, equals);
            String value = field.substring(equals + 1);
            switch (name) {
                case "driver" -> driver = value;
                case "count" -> count = count(value);
                case "device" -> ids = List.of(value.split(",", -1));
                case "capabilities" -> capabilities.addAll(List.of(value.split(",", -1)));
                case "options" -> options.putAll(Environment.pairs(List.of(value.split(",", -1))));
                default -> throw new IllegalArgumentException("unexpected key '" + name + "' in '" + field + "'");
            }
        }
        capabilities.add("gpu");
        return request(driver, count, ids, List.of(capabilities), options);
    }

    private static long count(String value) {
        try {
            return value.equals("all") ? -1 : Integer.parseInt(value);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "invalid count (" + value + "): value must be either \"all\" or an integer: invalid syntax");
        }
    }

    /** Looks at the value of a flag for a device's limit, as soon as it was read. */
    static void check(String flag, String value) {
        switch (flag) {
            case "blkio-weight-device" -> weights(List.of(value));
            case "device-read-bps", "device-write-bps" -> rates(List.of(value), true);
            case "device-read-iops", "device-write-iops" -> rates(List.of(value), false);
            default -> {}
        }
    }

    /** {@code --blkio-weight-device /dev/x:weight}. */
    static List<Object> weights(List<String> given) {
        List<Object> weights = new ArrayList<>();
        for (String text : given) {
            int colon = deviceEnd(text);
            long weight = -1;
            try {
                weight = Integer.parseInt(text.substring(colon + 1));
            } catch (NumberFormatException e) {
                weight = -1;
            }
            if (weight != 0 && (weight < 10 || weight > 1000))
                throw new IllegalArgumentException("invalid weight for device: " + text);
            weights.add(limit(text.substring(0, colon), "Weight", weight));
        }
        return weights;
    }

    /** {@code --device-read-bps /dev/x:rate} and its three siblings; a rate in bytes may have a unit. */
    static List<Object> rates(List<String> given, boolean bytes) {
        List<Object> rates = new ArrayList<>();
        for (String text : given) {
            int colon = deviceEnd(text);
            String value = text.substring(colon + 1);
            long rate;
            try {
                rate = bytes ? Units.bytes(value) : Long.parseUnsignedLong(value);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("invalid rate for device: " + text
                        + ". The correct format is <device-path>:<number>" + (bytes ? "[<unit>]" : "")
                        + ". Number must be a positive integer"
                        + (bytes ? ". Unit is optional and can be kb, mb, or gb" : ""));
            }
            rates.add(limit(text.substring(0, colon), "Rate", rate));
        }
        return rates;
    }

    private static int deviceEnd(String text) {
        int colon = text.indexOf(':');
        if (colon < 0) throw new IllegalArgumentException("bad format: " + text);
        // beyond Docker: also a file or folder, which stands for the disk that it lies on
        if (!text.startsWith("/")) throw new IllegalArgumentException("bad format for device path: " + text);
        return colon;
    }

    private static Map<String, Object> limit(String path, String name, long value) {
        Map<String, Object> limit = new LinkedHashMap<>();
        limit.put("Path", path);
        limit.put(name, value);
        return limit;
    }

    private static final List<String> ULIMITS = List.of(
            "core",
            "cpu",
            "data",
            "fsize",
            "locks",
            "memlock",
            "msgqueue",
            "nice",
            "nofile",
            "nproc",
            "rss",
            "rtprio",
            "rttime",
            "sigpending",
            "stack");

    /** {@code --ulimit name=soft[:hard]}, sorted by name. */
    static List<Object> ulimits(List<String> given) {
        Map<String, Object> limits = new TreeMap<>();
        for (String text : given) {
            int equals = text.indexOf('=');
            if (equals < 0) throw new IllegalArgumentException("invalid ulimit argument: " + text);
            String name = text.substring(0, equals);
            if (!ULIMITS.contains(name)) throw new IllegalArgumentException("invalid ulimit type: " + name);
            String[] numbers = text.substring(equals + 1).split(":", -1);
            if (numbers.length > 2)
                throw new IllegalArgumentException("too many limit value arguments - " + text.substring(equals + 1)
                        + ", can only have up to two, `soft[:hard]`");
            long soft = limit(numbers[0]);
            long hard = numbers.length == 2 ? limit(numbers[1]) : soft;
            if (hard != -1 && (soft > hard || soft == -1))
                throw new IllegalArgumentException("ulimit soft limit must be less than or equal to hard limit: "
                        + (soft == -1 ? "soft" : soft) + " > " + hard);
            Map<String, Object> limit = new LinkedHashMap<>();
            limit.put("Name", name);
            limit.put("Hard", hard);
            limit.put("Soft", soft);
            limits.put(name, limit);
        }
        return new ArrayList<>(limits.values());
    }

    private static long limit(String number) {
        try {
            return Long.parseLong(number);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("strconv.ParseInt: parsing \"" + number + "\": invalid syntax");
        }
    }
}
