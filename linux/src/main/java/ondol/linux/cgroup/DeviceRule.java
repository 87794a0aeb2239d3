package ondol.linux.cgroup;

import org.jspecify.annotations.Nullable;

/**
 * Allows or denies access to devices (OCI runtime specification, {@code linux.resources.devices}). Later rules win over
 * earlier ones.
 *
 * @param type {@code a} all devices, {@code b} block, {@code c} (or {@code u}) character; {@code a} covers all numbers
 * @param major null is any, and so is (and becomes) -1
 * @param minor likewise
 * @param access some of {@code r} (read), {@code w} (write), {@code m} (mknod)
 */
public record DeviceRule(
        boolean allow,
        char type,
        @Nullable Long major,
        @Nullable Long minor,
        String access) {
    /** Allows access to every device. */
    public static final DeviceRule ALLOW_ALL = new DeviceRule(true, 'a', null, null, "rwm");

    /** Denies access to every device. */
    public static final DeviceRule DENY_ALL = new DeviceRule(false, 'a', null, null, "rwm");

    public DeviceRule {
        major = orAny(major);
        minor = orAny(minor);
    }

    private static @Nullable Long orAny(@Nullable Long number) {
        return number != null && number == -1 ? null : number;
    }

    /** Whether it decides every question, so that earlier rules do not matter. */
    boolean decidesAll() {
        return type == 'a' && has('r') && has('w') && has('m');
    }

    boolean has(char right) {
        return access.indexOf(right) >= 0;
    }

    /** As {@code devices.allow} of v1 takes it, such as {@code c 1:3 rwm}. */
    String v1Line() {
        if (type == 'a') {
            return "a *:* " + access;
        }
        return "%s %s:%s %s".formatted(type == 'b' ? "b" : "c", star(major), star(minor), access);
    }

    private static String star(@Nullable Long number) {
        return number == null ? "*" : number.toString();
    }
}
