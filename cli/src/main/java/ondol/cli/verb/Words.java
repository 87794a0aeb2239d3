package ondol.cli.verb;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Small forms of text that several lists share. */
final class Words {
    private static final int SHORT_ID = 12;

    private Words() {}

    /** The first twelve digits of an ID, without its algorithm. */
    static String shortId(String id) {
        int colon = id.indexOf(':');
        String digits = colon < 0 ? id : id.substring(colon + 1);
        return digits.length() <= SHORT_ID ? digits : digits.substring(0, SHORT_ID);
    }

    /** Text of at most {@code most} characters; an ellipsis stands for what is cut off. */
    static String shortened(String text, int most) {
        if (text.codePointCount(0, text.length()) <= most) return text;
        return text.substring(0, text.offsetByCodePoints(0, most - 1)) + "…";
    }

    /** Text in double quotes, as Go writes it. */
    static String quoted(String text) {
        StringBuilder out = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"', '\\' -> out.append('\\').append(c);
                case '\n' -> out.append("\\n");
                case '\t' -> out.append("\\t");
                case '\r' -> out.append("\\r");
                default -> {
                    if (c < ' ' || c == 0x7f)
                        out.append("\\x").append(Character.forDigit(c >> 4, 16)).append(Character.forDigit(c & 15, 16));
                    else out.append(c);
                }
            }
        }
        return out.append('"').toString();
    }

    /** Pairs sorted by name. */
    static String pairs(Map<String, @Nullable Object> map, String equals, String between) {
        List<String> pairs = new ArrayList<>();
        for (Map.Entry<String, @Nullable Object> entry : new TreeMap<>(map).entrySet())
            pairs.add(entry.getKey() + equals + entry.getValue());
        return String.join(between, pairs);
    }
}
