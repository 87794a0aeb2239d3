package ondol.cli.json;

import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes one JSON value, in the order of the calls. Text is escaped as Go's encoder does it. */
public final class JsonWriter {
    private final StringBuilder out = new StringBuilder(2048);
    private boolean comma;

    /** The text of any value made of maps, lists, strings, numbers, booleans and null. */
    public static String text(@Nullable Object value) {
        JsonWriter writer = new JsonWriter();
        writer.value(value);
        return writer.toString();
    }

    private void separate() {
        if (comma) out.append(',');
        comma = true;
    }

    /** Begins an object, as an element of an array or as the document. */
    public JsonWriter begin() {
        separate();
        out.append('{');
        comma = false;
        return this;
    }

    /** Begins an object as a field. */
    public JsonWriter begin(String name) {
        name(name);
        return begin();
    }

    /** Ends an object. */
    public JsonWriter end() {
        out.append('}');
        comma = true;
        return this;
    }

    /** Begins an array as a field. */
    public JsonWriter beginArray(String name) {
        name(name);
        separate();
        out.append('[');
        comma = false;
        return this;
    }

    /** Ends an array. */
    public JsonWriter endArray() {
        out.append(']');
        comma = true;
        return this;
    }

    /** The name of the field whose value comes next. */
    public JsonWriter name(String name) {
        separate();
        quote(out, name);
        out.append(':');
        comma = false;
        return this;
    }

    /** A field with a string, or with null. */
    public JsonWriter field(String name, @Nullable String value) {
        return name(name).value(value);
    }

    /** A field with a number. */
    public JsonWriter field(String name, long value) {
        name(name);
        separate();
        out.append(value);
        return this;
    }

    /** A field with a boolean. */
    public JsonWriter field(String name, boolean value) {
        name(name);
        separate();
        out.append(value);
        return this;
    }

    /** A field with any value made of maps, lists, strings, numbers, booleans and null. */
    public JsonWriter field(String name, @Nullable Object value) {
        return name(name).value(value);
    }

    /** A value made of maps, lists, strings, numbers, booleans and null. */
    public JsonWriter value(@Nullable Object value) {
        separate();
        if (value == null) {
            out.append("null");
        } else if (value instanceof CharSequence text) {
            quote(out, text.toString());
        } else if (value instanceof Map<?, ?> map) {
            out.append('{');
            comma = false;
            for (Map.Entry<?, ?> entry : map.entrySet())
                name(String.valueOf(entry.getKey())).value(entry.getValue());
            out.append('}');
            comma = true;
        } else if (value instanceof Collection<?> list) {
            out.append('[');
            comma = false;
            for (Object item : list) value(item);
            out.append(']');
            comma = true;
        } else {
            out.append(value);
        }
        return this;
    }

    /** The document in UTF-8. */
    public byte[] bytes() {
        return out.toString().getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
        return out.toString();
    }

    private static void quote(StringBuilder out, String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                case '\b' -> out.append("\\b");
                case '\f' -> out.append("\\f");
                default -> {
                    if (c < ' ' || c == '<' || c == '>' || c == '&' || c == '\u2028' || c == '\u2029') escape(out, c);
                    else out.append(c);
                }
            }
        }
        out.append('"');
    }

    private static void escape(StringBuilder out, char c) {
        out.append("\\u");
        for (int shift = 12; shift >= 0; shift -= 4) out.append(Character.forDigit((c >> shift) & 0xf, 16));
    }
}
