package ondol.linux.cgroup;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What to write so that a limit is again what it was, from the file's content before the change. */
final class PutBack {
    private static final List<String> PER_DEVICE_V2 = List.of("io.weight", "io.bfq.weight");

    private PutBack() {}

    /**
     * The value to write.
     *
     * @param before the file's content without the line's end
     * @return null where the content does not say it, as in {@code devices.list}
     */
    static @Nullable String value(Setting setting, String before) {
        String file = setting.file();
        String device = deviceOf(setting.value());
        if (file.equals("io.max")) {
            return device == null ? null : ioMax(device, setting.value(), before);
        }
        if (file.startsWith("blkio.") && file.endsWith("_device")) {
            return device == null ? null : device + " " + or(lineOf(device, before), "0");
        }
        if (PER_DEVICE_V2.contains(file)) {
            return device == null
                    ? or(lineOf("default", before), before)
                    : device + " " + or(lineOf(device, before), "default");
        }
        if (file.equals("memory.oom_control")) {
            return lineOf("oom_kill_disable", before);
        }
        boolean oneValue = !before.isEmpty() && (before.indexOf(' ') < 0 || file.equals("cpu.max"));
        return oneValue ? before : null;
    }

    /** The device of {@code 8:0 rbps=1000}. */
    private static @Nullable String deviceOf(String value) {
        int space = value.indexOf(' ');
        return space < 0 ? null : value.substring(0, space);
    }

    /** From {@code 8:0 rbps=2000 wbps=max riops=max wiops=max}, the key that was written. */
    private static String ioMax(String device, String written, String before) {
        String key = written.substring(device.length() + 1, written.indexOf('=') + 1);
        for (String word : or(lineOf(device, before), "").split(" ")) {
            if (word.startsWith(key)) {
                return device + " " + word;
            }
        }
        return device + " " + key + "max";
    }

    /** What follows a key at the beginning of a line. */
    private static @Nullable String lineOf(String key, String content) {
        for (String line : content.split("\n")) {
            if (line.startsWith(key + " ")) {
                return line.substring(key.length() + 1).strip();
            }
        }
        return null;
    }

    private static String or(@Nullable String value, String otherwise) {
        return value == null ? otherwise : value;
    }
}
