package ondol.cli.template;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import ondol.cli.json.JsonWriter;
import org.jspecify.annotations.Nullable;

/** The functions of templates: Go's own, and those that Docker's command adds. */
final class Functions {
    private static final List<String> NAMES = List.of(
            "json",
            "join",
            "split",
            "lower",
            "upper",
            "title",
            "pad",
            "truncate",
            "println",
            "print",
            "printf",
            "index",
            "len",
            "slice",
            "eq",
            "ne",
            "lt",
            "le",
            "gt",
            "ge",
            "and",
            "or",
            "not",
            "html",
            "urlquery",
            "js");

    private Functions() {}

    static boolean known(String name) {
        return NAMES.contains(name);
    }

    static @Nullable Object call(String name, List<@Nullable Object> arguments) {
        return switch (name) {
            case "json" -> JsonWriter.text(plain(argument(arguments, 0)));
            case "join" -> join(argument(arguments, 0), text(argument(arguments, 1)));
            case "split" -> split(text(argument(arguments, 0)), text(argument(arguments, 1)));
            case "lower" -> text(argument(arguments, 0)).toLowerCase(Locale.ROOT);
            case "upper" -> text(argument(arguments, 0)).toUpperCase(Locale.ROOT);
            case "title" -> title(text(argument(arguments, 0)));
            case "pad" ->
                pad(text(argument(arguments, 0)), number(argument(arguments, 1)), number(argument(arguments, 2)));
            case "truncate" -> truncate(text(argument(arguments, 0)), number(argument(arguments, 1)));
            case "print" -> print(arguments);
            case "println" -> spaced(arguments) + "\n";
            case "printf" -> Printf.format(text(argument(arguments, 0)), arguments.subList(1, arguments.size()));
            case "index" -> index(arguments);
            case "slice" -> slice(arguments);
            case "len" -> length(argument(arguments, 0));
            case "eq" -> equal(arguments);
            case "ne" -> !same(argument(arguments, 0), argument(arguments, 1));
            case "lt" -> compare(arguments) < 0;
            case "le" -> compare(arguments) <= 0;
            case "gt" -> compare(arguments) > 0;
            case "ge" -> compare(arguments) >= 0;
            case "and" -> firstThat(arguments, false);
            case "or" -> firstThat(arguments, true);
            case "not" -> !truth(argument(arguments, 0));
            default -> text(argument(arguments, 0));
        };
    }

    private static @Nullable Object argument(List<@Nullable Object> arguments, int index) {
        if (index >= arguments.size())
            throw new IllegalArgumentException(
                    "wrong number of args: got " + arguments.size() + " want " + (index + 1));
        return arguments.get(index);
    }

    private static @Nullable Object plain(@Nullable Object value) {
        return value instanceof Fields fields ? fields.json() : value;
    }

    /** A value as Go prints it. */
    static String text(@Nullable Object value) {
        if (value == null) return "<no value>";
        if (value instanceof Fields fields) return text(fields.json());
        if (value instanceof BigDecimal number) return number.toPlainString();
        if (value instanceof Map<?, ?> map) {
            StringBuilder out = new StringBuilder("map[");
            for (Map.Entry<?, ?> entry : new TreeMap<Object, Object>(map).entrySet())
                out.append(out.length() == 4 ? "" : " ")
                        .append(entry.getKey())
                        .append(':')
                        .append(inner(entry.getValue()));
            return out.append(']').toString();
        }
        if (value instanceof List<?> list) {
            StringBuilder out = new StringBuilder("[");
            for (Object item : list) out.append(out.length() == 1 ? "" : " ").append(inner(item));
            return out.append(']').toString();
        }
        return value.toString();
    }

    private static String inner(@Nullable Object value) {
        return value == null ? "<nil>" : text(value);
    }

    /** What Go calls the type of a value that came from JSON. */
    static String type(Object value) {
        if (value instanceof String) return "string";
        if (value instanceof Boolean) return "bool";
        if (value instanceof Number) return "float64";
        return value instanceof List<?> ? "[]interface {}" : "map[string]interface {}";
    }

    /** Whether a value counts as true: it is not zero, empty or absent. */
    static boolean truth(@Nullable Object value) {
        if (value == null) return false;
        if (value instanceof Boolean bool) return bool;
        if (value instanceof Number number) return number.doubleValue() != 0;
        if (value instanceof String string) return !string.isEmpty();
        if (value instanceof Map<?, ?> map) return !map.isEmpty();
        if (value instanceof List<?> list) return !list.isEmpty();
        return true;
    }

    private static String join(@Nullable Object list, String separator) {
        if (!(list instanceof List<?> items)) throw new IllegalArgumentException("join wants a list");
        List<String> texts = new ArrayList<>();
        for (Object item : items) texts.add(inner(item));
        return String.join(separator, texts);
    }

    private static List<String> split(String text, String separator) {
        List<String> parts = new ArrayList<>();
        if (separator.isEmpty()) {
            for (int i = 0; i < text.length(); i++) parts.add(text.substring(i, i + 1));
            return parts;
        }
        int from = 0;
        for (int at = text.indexOf(separator); at >= 0; at = text.indexOf(separator, from)) {
            parts.add(text.substring(from, at));
            from = at + separator.length();
        }
        parts.add(text.substring(from));
        return parts;
    }

    private static String title(String text) {
        StringBuilder out = new StringBuilder(text);
        for (int i = 0; i < out.length(); i++)
            if (i == 0 || !Character.isLetterOrDigit(out.charAt(i - 1)))
                out.setCharAt(i, Character.toTitleCase(out.charAt(i)));
        return out.toString();
    }

    private static String pad(String text, long before, long after) {
        if (text.isEmpty() || before < 0 || after < 0 || before + after > 10_000) return text;
        return " ".repeat((int) before) + text + " ".repeat((int) after);
    }

    private static String truncate(String text, long length) {
        return length < 0 || text.length() <= length ? text : text.substring(0, (int) length);
    }

    private static String print(List<@Nullable Object> arguments) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < arguments.size(); i++) {
            boolean strings = arguments.get(i) instanceof String || i > 0 && arguments.get(i - 1) instanceof String;
            if (i > 0 && !strings) out.append(' ');
            out.append(inner(arguments.get(i)));
        }
        return out.toString();
    }

    private static String spaced(List<@Nullable Object> arguments) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < arguments.size(); i++) out.append(i == 0 ? "" : " ").append(inner(arguments.get(i)));
        return out.toString();
    }

    private static @Nullable Object index(List<@Nullable Object> arguments) {
        Object value = argument(arguments, 0);
        for (int i = 1; i < arguments.size(); i++) {
            Object key = arguments.get(i);
            if (value instanceof Map<?, ?> map) {
                value = map.get(text(key));
                if (value == null && i == arguments.size() - 1) return "";
            } else if (value instanceof List<?> list) {
                long at = number(key);
                if (at < 0 || at >= list.size())
                    throw new IllegalArgumentException("error calling index: index out of range: " + at);
                value = list.get((int) at);
            } else {
                throw new IllegalArgumentException(
                        value == null ? "index of untyped nil" : "can't index item of type " + type(value));
            }
        }
        return value;
    }

    private static Object slice(List<@Nullable Object> arguments) {
        Object value = argument(arguments, 0);
        long size = length(value);
        long from = arguments.size() > 1 ? number(arguments.get(1)) : 0;
        long to = arguments.size() > 2 ? number(arguments.get(2)) : size;
        if (from < 0 || to > size || from > to)
            throw new IllegalArgumentException("index out of range: " + (from > to ? from : to));
        if (value instanceof List<?> list) return list.subList((int) from, (int) to);
        return text(value).substring((int) from, (int) to);
    }

    private static long length(@Nullable Object value) {
        if (value instanceof String text) return text.getBytes(java.nio.charset.StandardCharsets.UTF_8).length;
        if (value instanceof Map<?, ?> map) return map.size();
        if (value instanceof List<?> list) return list.size();
        throw new IllegalArgumentException(value == null ? "len of nil pointer" : "len of type " + type(value));
    }

    private static long number(@Nullable Object value) {
        if (value instanceof Number number) return number.longValue();
        throw new IllegalArgumentException("expected integer; found " + text(value));
    }

    private static boolean equal(List<@Nullable Object> arguments) {
        Object first = argument(arguments, 0);
        argument(arguments, 1);
        for (int i = 1; i < arguments.size(); i++) if (same(first, arguments.get(i))) return true;
        return false;
    }

    private static boolean same(@Nullable Object one, @Nullable Object two) {
        if (one instanceof Number && two instanceof Number) return decimal(one).compareTo(decimal(two)) == 0;
        if (one == null || two == null) return one == two;
        if (one.getClass() != two.getClass()) throw new IllegalArgumentException("incompatible types for comparison");
        return one.equals(two);
    }

    private static int compare(List<@Nullable Object> arguments) {
        Object one = argument(arguments, 0);
        Object two = argument(arguments, 1);
        if (one instanceof Number && two instanceof Number) return decimal(one).compareTo(decimal(two));
        if (one instanceof String first && two instanceof String second) return first.compareTo(second);
        throw new IllegalArgumentException("incompatible types for comparison");
    }

    private static BigDecimal decimal(Object number) {
        return new BigDecimal(number.toString());
    }

    private static @Nullable Object firstThat(List<@Nullable Object> arguments, boolean truth) {
        Object last = argument(arguments, 0);
        for (Object value : arguments) {
            last = value;
            if (truth(value) == truth) return value;
        }
        return last;
    }
}
