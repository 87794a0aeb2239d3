package ondol.linux.cgroup;

import java.util.ArrayList;
import java.util.List;

/**
 * Device rules for v1's devices controller (<a
 * href="https://docs.kernel.org/admin-guide/cgroup-v1/devices.html">devices</a>). It keeps one list of exceptions to
 * "deny all" or "allow all", so an update denies everything for a moment before it allows again.
 */
final class V1Devices {
    private V1Devices() {}

    static List<Setting> settings(List<DeviceRule> rules) {
        List<Setting> settings = new ArrayList<>();
        settings.add(setting(DeviceRule.DENY_ALL));
        rules.forEach(rule -> settings.add(setting(rule)));
        return settings;
    }

    private static Setting setting(DeviceRule rule) {
        String file = rule.allow() ? "devices.allow" : "devices.deny";
        // "a" alone is the one word that changes the default; "a *:* rwm" means the same
        return new Setting(Controller.DEVICES, file, rule.decidesAll() ? "a" : rule.v1Line(), "devices");
    }
}
