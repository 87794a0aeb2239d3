package ondol.engine.spec;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import ondol.engine.DeviceMapping;
import ondol.engine.EngineException;
import ondol.engine.HostConfig;
import ondol.oci.runtime.Device;
import ondol.oci.runtime.DeviceRule;
import org.jspecify.annotations.Nullable;

/** Which devices a container has, and which its cgroup lets it use. */
final class DeviceRules {
    private static final Pattern RULE = Pattern.compile("([acb]) ([0-9]{1,9}|\\*):([0-9]{1,9}|\\*) ([rwm]{1,3})");
    private static final Pattern ACCESS = Pattern.compile("[rwm]{1,3}");
    private static final long ANY = -1;

    /** What every container may use: making any, and using the harmless ones and its own terminals. */
    private static final List<DeviceRule> STANDARD = List.of(
            new DeviceRule(false, "a", null, null, "rwm"),
            new DeviceRule(true, "c", ANY, ANY, "m"),
            new DeviceRule(true, "b", ANY, ANY, "m"),
            allow(1, 3L), // null
            allow(1, 5L), // zero
            allow(1, 7L), // full
            allow(1, 8L), // random
            allow(1, 9L), // urandom
            allow(5, 0L), // tty
            allow(5, 1L), // console
            allow(5, 2L), // ptmx
            allow(136, ANY)); // pts

    private final List<Device> devices = new ArrayList<>();
    private final List<DeviceRule> rules = new ArrayList<>();

    private DeviceRules() {}

    private static DeviceRule allow(long major, Long minor) {
        return new DeviceRule(true, "c", major, minor, "rwm");
    }

    List<Device> devices() {
        return devices;
    }

    List<DeviceRule> rules() {
        return rules;
    }

    static void check(HostConfig host) {
        for (DeviceMapping mapping : Absent.list(host.devices())) {
            String access = Absent.text(mapping.cgroupPermissions());
            if (!access.isEmpty() && !ACCESS.matcher(access).matches()) {
                throw EngineException.invalid("invalid device mode: " + access + " (letters of rwm are expected)");
            }
        }
        for (String rule : Absent.list(host.deviceCgroupRules())) {
            parse(rule);
        }
    }

    static DeviceRules of(HostConfig host, HostFacts machine) {
        check(host);
        DeviceRules chosen = new DeviceRules();
        if (Absent.no(host.privileged())) {
            chosen.rules.add(new DeviceRule(true, "a", null, null, "rwm"));
            chosen.addAll(host, machine.files());
        } else {
            chosen.rules.addAll(STANDARD);
            for (DeviceMapping mapping : Absent.list(host.devices())) {
                chosen.add(mapping, machine.files());
            }
            for (String rule : Absent.list(host.deviceCgroupRules())) {
                chosen.rules.add(parse(rule));
            }
        }
        return chosen;
    }

    /** All of the machine, at their own places and where mappings put some of them. */
    private void addAll(HostConfig host, HostFiles files) {
        Map<String, Device> byPath = new LinkedHashMap<>();
        for (HostFiles.DeviceNode node : found("/dev", files)) {
            byPath.put(node.path(), device(node, node.path()));
        }
        for (DeviceMapping mapping : Absent.list(host.devices())) {
            for (HostFiles.DeviceNode node : found(mapping.pathOnHost(), files)) {
                Device device = device(node, inside(mapping, node));
                byPath.put(device.path(), device);
            }
        }
        devices.addAll(byPath.values());
    }

    private void add(DeviceMapping mapping, HostFiles files) {
        String access = Objects.requireNonNullElse(Absent.unlessEmpty(mapping.cgroupPermissions()), "rwm");
        for (HostFiles.DeviceNode node : found(mapping.pathOnHost(), files)) {
            devices.add(device(node, inside(mapping, node)));
            rules.add(new DeviceRule(true, node.type(), node.major(), node.minor(), access));
        }
    }

    private static List<HostFiles.DeviceNode> found(String path, HostFiles files) {
        try {
            List<HostFiles.DeviceNode> found = files.devices(Paths.clean(path));
            if (!found.isEmpty()) {
                return found;
            }
            throw gathering(path, "not a device node", null);
        } catch (NoSuchFileException e) {
            throw gathering(path, "no such file or directory", e);
        } catch (IOException e) {
            throw gathering(path, String.valueOf(e.getMessage()), e);
        }
    }

    private static EngineException gathering(String path, String why, @Nullable Exception cause) {
        EngineException exception = EngineException.invalid(
                "error gathering device information while adding custom device \"" + path + "\": " + why);
        if (cause != null) {
            exception.initCause(cause);
        }
        return exception;
    }

    /** Where a device goes: a folder's devices keep their names below the folder inside. */
    private static String inside(DeviceMapping mapping, HostFiles.DeviceNode node) {
        String inside = Objects.requireNonNullElse(Absent.unlessEmpty(mapping.pathInContainer()), mapping.pathOnHost());
        String folder = Paths.clean(mapping.pathOnHost()) + "/";
        boolean below = node.path().startsWith(folder);
        return Paths.clean(below ? inside + "/" + node.path().substring(folder.length()) : inside);
    }

    private static Device device(HostFiles.DeviceNode node, String path) {
        return new Device(node.type(), path, node.major(), node.minor(), node.mode(), node.uid(), node.gid());
    }

    private static DeviceRule parse(String rule) {
        Matcher matcher = RULE.matcher(rule);
        if (!matcher.matches()) {
            throw EngineException.invalid("invalid device cgroup rule format: '" + rule + "'");
        }
        return new DeviceRule(
                true, matcher.group(1), number(matcher.group(2)), number(matcher.group(3)), matcher.group(4));
    }

    private static Long number(String text) {
        return text.equals("*") ? ANY : Long.valueOf(text);
    }
}
