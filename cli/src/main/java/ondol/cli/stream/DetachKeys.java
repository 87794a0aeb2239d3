package ondol.cli.stream;

/** Finds the keys that end an attachment in what is typed: {@code ctrl-p,ctrl-q} unless told otherwise. */
final class DetachKeys {
    private final byte[] keys;
    private int matched;

    DetachKeys(String description) {
        keys = parse(description.isEmpty() ? "ctrl-p,ctrl-q" : description);
    }

    /**
     * Reads keys as Docker's {@code --detach-keys} takes them: single characters or {@code ctrl-} and one of
     * {@code a-z @ [ \ ] ^ _}, with commas between.
     */
    static byte[] parse(String description) {
        String[] names = description.split(",", -1);
        byte[] keys = new byte[names.length];
        for (int i = 0; i < names.length; i++) keys[i] = key(names[i], description);
        return keys;
    }

    private static byte key(String name, String description) {
        if (name.length() == 1 && name.charAt(0) < 0x80) return (byte) name.charAt(0);
        if (name.length() == 6 && name.startsWith("ctrl-")) {
            char c = Character.toLowerCase(name.charAt(5));
            if (c >= 'a' && c <= 'z') return (byte) (c - 'a' + 1);
            int special = "@".indexOf(c) == 0 ? 0 : "[\\]^_".indexOf(c) + 27;
            if (special == 0 || special > 26) return (byte) special;
        }
        throw new IllegalArgumentException(
                "invalid detach keys (" + description + "): Unknown character: '" + name + "'");
    }

    /**
     * Takes what was typed and puts into {@code out} what goes to the container: the keys of a sequence are held back
     * until it is complete or broken.
     *
     * @return how many bytes are in {@code out}, or -1 when the sequence is complete
     */
    int filter(byte[] in, int length, byte[] out) {
        int used = 0;
        for (int i = 0; i < length; i++) {
            if (in[i] == keys[matched]) {
                if (++matched == keys.length) return -1;
                continue;
            }
            for (int held = 0; held < matched; held++) out[used++] = keys[held];
            matched = 0;
            if (in[i] == keys[0]) matched = 1;
            else out[used++] = in[i];
        }
        return used;
    }

    /** The most bytes that {@link #filter} may have held back. */
    int held() {
        return keys.length;
    }
}
