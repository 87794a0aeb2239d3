package ondol.docker;

import java.util.BitSet;
import ondol.engine.EngineException;

/** A look at a JSON text before it is read: it is one value, and not nested so deeply that reading it is dangerous. */
final class JsonShape {
    /** Deeper than any body of the API. */
    private static final int DEEPEST = 200;

    private JsonShape() {}

    /**
     * Whether it is {@code null}.
     *
     * @throws EngineException {@code INVALID} for more than one value, or for one that is nested too deeply
     */
    static boolean isNull(byte[] json) {
        int start = space(json, 0);
        int end = end(json, start);
        if (space(json, end) < json.length) {
            throw EngineException.invalid("unexpected content after JSON");
        }
        return end - start == 4 && json[start] == 'n';
    }

    private static int space(byte[] json, int from) {
        int at = from;
        while (at < json.length && (json[at] == ' ' || json[at] == '\n' || json[at] == '\r' || json[at] == '\t')) {
            at++;
        }
        return at;
    }

    /** Go, whose clients these are, takes a null in a list for an empty text: nobody can mean that. */
    private static void element(byte[] json, int at, boolean inList) {
        int start = space(json, at);
        if (inList && start + 3 < json.length && json[start] == 'n' && json[start + 1] == 'u') {
            throw EngineException.invalid("invalid JSON: a list has null in it");
        }
    }

    /** Where the value ends that begins at {@code from}; what is wrong inside is for the reader to say. */
    private static int end(byte[] json, int from) {
        int depth = 0;
        BitSet lists = new BitSet(DEEPEST);
        int at = from;
        while (at < json.length) {
            byte c = json[at++];
            switch (c) {
                case '"' -> at = text(json, at);
                case '{', '[' -> {
                    depth++;
                    if (depth > DEEPEST) {
                        throw EngineException.invalid("invalid JSON: nested too deeply");
                    }
                    lists.set(depth, c == '[');
                    element(json, at, c == '[');
                }
                case ',' -> element(json, at, depth > 0 && lists.get(depth));
                case '}', ']' -> depth--;
                default -> {
                    if (depth == 0 && c <= ' ') {
                        return at - 1;
                    }
                }
            }
            if (depth <= 0 && (c == '"' || c == '}' || c == ']')) {
                return at;
            }
        }
        return at;
    }

    /** After the text whose first character is at {@code from}. */
    private static int text(byte[] json, int from) {
        int at = from;
        boolean high = false;
        while (at < json.length && (json[at] != '"' || high)) {
            int unit = json[at] == '\\' ? escaped(json, at) : -1;
            boolean low = unit >= 0xdc00 && unit <= 0xdfff;
            if (low != high) {
                throw EngineException.invalid("invalid JSON: half of a character (\\ud800 to \\udfff) is alone");
            }
            high = unit >= 0xd800 && unit < 0xdc00;
            at += json[at] == '\\' ? 2 : 1;
            if (unit >= 0) {
                at += 4;
            }
        }
        return Math.min(at + 1, json.length);
    }

    /** The number of an escape such as backslash u 0041; -1 for another, which the reader looks at. */
    private static int escaped(byte[] json, int at) {
        if (at + 5 >= json.length || json[at + 1] != 'u') {
            return -1;
        }
        int unit = 0;
        for (int i = at + 2; i < at + 6; i++) {
            int digit = Character.digit(json[i], 16);
            if (digit < 0) {
                return -1;
            }
            unit = unit << 4 | digit;
        }
        return unit;
    }
}
