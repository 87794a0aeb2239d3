package ondol.docker;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import ondol.engine.EngineException;
import org.jspecify.annotations.Nullable;

/**
 * Finds the keys by which a user leaves a terminal without ending what runs in it. Keys of a sequence that turns out to
 * be none are passed on. Used by one thread.
 */
final class DetachKeys {
    private static final byte[] CTRL_P_CTRL_Q = {16, 17};

    private final byte[] keys;
    private int matched;

    private DetachKeys(byte[] keys) {
        this.keys = keys;
    }

    /**
     * @param text letters, or {@code ctrl-} and one of {@code a} to {@code z}, {@code @ [ \ ] ^ _}, with commas between;
     *     null for ctrl-p,ctrl-q
     */
    static DetachKeys parse(@Nullable String text) {
        if (text == null || text.isEmpty()) {
            return new DetachKeys(CTRL_P_CTRL_Q);
        }
        List<Byte> keys = new ArrayList<>();
        for (String key : text.split(",", -1)) {
            keys.add(key(key, text));
        }
        byte[] bytes = new byte[keys.size()];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = keys.get(i);
        }
        return new DetachKeys(bytes);
    }

    private static byte key(String key, String text) {
        if (key.length() == 1 && key.charAt(0) < 128) {
            return (byte) key.charAt(0);
        }
        String lower = key.toLowerCase(Locale.ROOT);
        if (lower.length() == 6 && lower.startsWith("ctrl-")) {
            char c = lower.charAt(5);
            int index = c >= 'a' && c <= 'z' ? c - 'a' + 1 : c == '@' ? 0 : "[\\]^_".indexOf(c) + 27;
            if (index != 26 || c == 'z') {
                return (byte) index;
            }
        }
        throw EngineException.invalid("invalid detach keys (" + text + "): unknown key '" + key + "'");
    }

    /**
     * Takes what the user typed.
     *
     * @return what is to be passed on; null when the keys were typed
     */
    byte @Nullable [] pass(byte[] typed, int length) {
        byte[] out = new byte[matched + length];
        int n = 0;
        for (int i = 0; i < length; i++) {
            if (typed[i] != keys[matched]) {
                System.arraycopy(keys, 0, out, n, matched);
                n += matched;
                matched = 0;
            }
            if (typed[i] == keys[matched]) {
                matched++;
                if (matched == keys.length) {
                    return null;
                }
            } else {
                out[n++] = typed[i];
            }
        }
        return java.util.Arrays.copyOf(out, n);
    }
}
