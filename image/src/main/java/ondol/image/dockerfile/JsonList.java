package ondol.image.dockerfile;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads a list of texts in JSON (RFC 8259), the exec form of an instruction. Anything else is none, and a command for the
 * shell: so the library does not do, which takes a list that other text follows, and nulls and line breaks in it.
 */
final class JsonList {
    private final String text;
    private int at = 1;

    /** @param text begins with a bracket */
    JsonList(String text) {
        this.text = text;
    }

    @Nullable
    List<String> read() {
        List<String> list = new ArrayList<>();
        if (next() == ']') {
            at++;
            return ends() ? list : null;
        }
        while (true) {
            String item = next() == '"' ? string() : null;
            if (item == null) {
                return null;
            }
            list.add(item);
            char after = next();
            at++;
            if (after == ']') {
                return ends() ? list : null;
            }
            if (after != ',') {
                return null;
            }
        }
    }

    private boolean ends() {
        return next() == 0 && at >= text.length();
    }

    /** The next character that is no blank, not taken; 0 at the end. */
    private char next() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
        return at < text.length() ? text.charAt(at) : 0;
    }

    private @Nullable String string() {
        StringBuilder string = new StringBuilder();
        at++;
        while (at < text.length()) {
            char c = text.charAt(at++);
            if (c == '"') {
                return string.toString();
            }
            if (c < ' ') {
                return null;
            }
            if (c == '\\') {
                int escaped = escaped();
                if (escaped < 0) {
                    return null;
                }
                c = (char) escaped;
            }
            string.append(c);
        }
        return null;
    }

    private int escaped() {
        if (at >= text.length()) {
            return -1;
        }
        char c = text.charAt(at++);
        return switch (c) {
            case '"', '\\', '/' -> c;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> unicode();
            default -> -1;
        };
    }

    private int unicode() {
        String digits = at + 4 <= text.length() ? text.substring(at, at + 4) : "";
        at += 4;
        return digits.matches("[0-9a-fA-F]{4}") ? Integer.parseInt(digits, 16) : -1;
    }
}
