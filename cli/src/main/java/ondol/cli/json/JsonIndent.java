package ondol.cli.json;

/** Lays a JSON text out over lines without touching names, numbers or their order, as Go's {@code json.Indent} does. */
public final class JsonIndent {
    private JsonIndent() {}

    /** The text with line breaks; every level is indented by {@code step}, every line after the first by {@code prefix} too. */
    public static String indent(String json, String prefix, String step) {
        StringBuilder out = new StringBuilder(json.length() * 2);
        int depth = 0;
        boolean empty = false;
        for (int i = 0; i < json.length(); i++) {
            char c = json.charAt(i);
            if (c <= ' ') continue;
            if (empty && c != '}' && c != ']') {
                depth++;
                line(out, prefix, step, depth);
            }
            switch (c) {
                case '"' -> {
                    empty = false;
                    int end = stringEnd(json, i);
                    out.append(json, i, end);
                    i = end - 1;
                    continue;
                }
                case '{', '[' -> out.append(c);
                case ',' -> {
                    out.append(c);
                    line(out, prefix, step, depth);
                }
                case ':' -> out.append(": ");
                case '}', ']' -> {
                    if (!empty) line(out, prefix, step, --depth);
                    out.append(c);
                }
                default -> out.append(c);
            }
            empty = c == '{' || c == '[';
        }
        return out.toString();
    }

    private static int stringEnd(String json, int start) {
        int i = start + 1;
        while (i < json.length() && json.charAt(i) != '"') i += json.charAt(i) == '\\' ? 2 : 1;
        return Math.min(i + 1, json.length());
    }

    private static void line(StringBuilder out, String prefix, String step, int depth) {
        out.append('\n').append(prefix);
        for (int i = 0; i < depth; i++) out.append(step);
    }
}
