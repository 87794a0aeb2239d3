package ondol.cli.json;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads JSON (RFC 8259) into maps, lists, strings, booleans, {@link Long}s and, for what is no long, {@link BigDecimal}s.
 * Nesting is bounded; the size is bounded by whoever read the bytes.
 */
public final class Json {
    private static final int DEPTH = 200;

    private final String text;
    private int at;
    private int depth;

    private Json(String text) {
        this.text = text;
    }

    /**
     * Reads one document.
     *
     * @throws IllegalArgumentException with a sentence, when it is not JSON
     */
    public static @Nullable Object parse(byte[] utf8) {
        return parse(new String(utf8, StandardCharsets.UTF_8));
    }

    /** Reads one document. */
    public static @Nullable Object parse(String text) {
        Json json = new Json(text);
        Object value = json.value();
        json.space();
        if (json.at != text.length()) throw json.error("something follows the end");
        return value;
    }

    /** A value as a map; anything else is an empty one. */
    @SuppressWarnings("unchecked")
    public static Map<String, @Nullable Object> map(@Nullable Object value) {
        return value instanceof Map<?, ?> map ? (Map<String, @Nullable Object>) map : Map.of();
    }

    /** A value as a list; anything else is an empty one. */
    @SuppressWarnings("unchecked")
    public static List<@Nullable Object> list(@Nullable Object value) {
        return value instanceof List<?> list ? (List<@Nullable Object>) list : List.of();
    }

    /** A field as text; empty when there is none. */
    public static String text(@Nullable Object map, String name) {
        Object value = map(map).get(name);
        return value == null ? "" : value.toString();
    }

    /** A field as a number; zero when there is none. */
    public static long number(@Nullable Object map, String name) {
        return map(map).get(name) instanceof Number number ? number.longValue() : 0;
    }

    private @Nullable Object value() {
        space();
        if (at >= text.length()) throw error("the text ends too early");
        char c = text.charAt(at);
        return switch (c) {
            case '{' -> object();
            case '[' -> array();
            case '"' -> string();
            case 't' -> word("true", true);
            case 'f' -> word("false", false);
            case 'n' -> word("null", null);
            default -> number();
        };
    }

    private @Nullable Object word(String word, @Nullable Object value) {
        if (!text.startsWith(word, at)) throw error("unknown word");
        at += word.length();
        return value;
    }

    private Map<String, @Nullable Object> object() {
        enter();
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        if (!next('}')) {
            do {
                space();
                if (at >= text.length() || text.charAt(at) != '"') throw error("a field has no name");
                String name = string();
                if (!next(':')) throw error("a colon is missing");
                map.put(name, value());
            } while (next(','));
            if (!next('}')) throw error("a brace is missing");
        }
        depth--;
        return map;
    }

    private List<@Nullable Object> array() {
        enter();
        List<@Nullable Object> list = new ArrayList<>();
        if (!next(']')) {
            do list.add(value());
            while (next(','));
            if (!next(']')) throw error("a bracket is missing");
        }
        depth--;
        return list;
    }

    private void enter() {
        at++;
        if (++depth > DEPTH) throw error("it is nested more than " + DEPTH + " deep");
    }

    private boolean next(char c) {
        space();
        if (at >= text.length() || text.charAt(at) != c) return false;
        at++;
        return true;
    }

    private void space() {
        while (at < text.length() && text.charAt(at) <= ' ') at++;
    }

    private String string() {
        int start = ++at;
        while (at < text.length() && text.charAt(at) != '"' && text.charAt(at) != '\\') at++;
        if (at < text.length() && text.charAt(at) == '"') return text.substring(start, at++);
        StringBuilder out = new StringBuilder(text.substring(start, at));
        while (true) {
            if (at >= text.length()) throw error("a string has no end");
            char c = text.charAt(at++);
            if (c == '"') return out.toString();
            out.append(c == '\\' ? escape() : c);
        }
    }

    private char escape() {
        if (at >= text.length()) throw error("a string has no end");
        char c = text.charAt(at++);
        return switch (c) {
            case 'n' -> '\n';
            case 't' -> '\t';
            case 'r' -> '\r';
            case 'b' -> '\b';
            case 'f' -> '\f';
            case '"', '\\', '/' -> c;
            case 'u' -> {
                if (at + 4 > text.length()) throw error("a string has no end");
                try {
                    char unit = (char) Integer.parseInt(text, at, at + 4, 16);
                    at += 4;
                    yield unit;
                } catch (NumberFormatException e) {
                    throw error("an escape has no four digits");
                }
            }
            default -> throw error("unknown escape");
        };
    }

    private Object number() {
        int start = at;
        boolean whole = true;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == '.' || c == 'e' || c == 'E') whole = false;
            else if (c != '-' && c != '+' && (c < '0' || c > '9')) break;
            at++;
        }
        String digits = text.substring(start, at);
        if (digits.isEmpty() || digits.length() > 400) throw error("a value is missing");
        try {
            if (whole && digits.length() < 19) return Long.parseLong(digits);
            return new BigDecimal(digits);
        } catch (NumberFormatException e) {
            throw error("a number is malformed");
        }
    }

    private IllegalArgumentException error(String what) {
        return new IllegalArgumentException("this is no JSON at character " + at + ": " + what);
    }
}
