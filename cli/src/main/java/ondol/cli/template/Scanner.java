package ondol.cli.template;

import java.util.ArrayList;
import java.util.List;

/** Cuts a template into text and actions, and an action into words. */
final class Scanner {
    private Scanner() {}

    /** A piece of a template. {@code words} is empty for text; {@code text} is the action's source otherwise. */
    record Piece(String text, List<String> words, int line, int column) {
        boolean action() {
            return !words.isEmpty();
        }
    }

    static List<Piece> pieces(String source) {
        List<Piece> pieces = new ArrayList<>();
        int at = 0;
        boolean trim = false;
        while (at <= source.length()) {
            int open = source.indexOf("{{", at);
            String text = source.substring(at, open < 0 ? source.length() : open);
            if (trim) text = text.stripLeading();
            trim = false;
            if (open < 0) {
                if (!text.isEmpty()) pieces.add(new Piece(text, List.of(), 0, 0));
                break;
            }
            int start = open + 2;
            if (source.startsWith("- ", start)) {
                text = text.stripTrailing();
                start += 2;
            }
            if (!text.isEmpty()) pieces.add(new Piece(text, List.of(), 0, 0));
            int close = close(source, start);
            int line = line(source, open);
            if (close < 0) throw new Template.ParseFailure("template: :" + line + ": unclosed action");
            String inner = source.substring(start, close);
            if (inner.endsWith(" -")) {
                inner = inner.substring(0, inner.length() - 2);
                trim = true;
            }
            at = close + 2;
            if (inner.startsWith("/*")) continue;
            List<String> words = words(inner, line);
            if (words.isEmpty()) throw new Template.ParseFailure("template: :" + line + ": missing value for command");
            pieces.add(new Piece(inner.strip(), words, line, start - source.lastIndexOf('\n', start) - 1));
        }
        return pieces;
    }

    private static int line(String source, int at) {
        int line = 1;
        for (int i = 0; i < at; i++) if (source.charAt(i) == '\n') line++;
        return line;
    }

    private static int close(String source, int from) {
        for (int i = from; i < source.length(); i++) {
            char c = source.charAt(i);
            if (c == '"' || c == '`' || c == '\'') {
                int end = quoteEnd(source, i);
                if (end < 0) return -1;
                i = end;
            } else if (source.startsWith("}}", i)) {
                return i;
            }
        }
        return -1;
    }

    private static int quoteEnd(String source, int start) {
        char quote = source.charAt(start);
        for (int i = start + 1; i < source.length(); i++) {
            if (source.charAt(i) == '\\' && quote != '`') i++;
            else if (source.charAt(i) == quote) return i;
        }
        return -1;
    }

    /**
     * Words of an action: names, {@code .Field.Chains}, {@code $variables}, numbers, strings in their quotes, and the signs
     * ( ) | = := and comma. A space before a dot matters, so a chain after a closing parenthesis is its own word.
     */
    private static List<String> words(String action, int line) {
        List<String> words = new ArrayList<>();
        int at = 0;
        while (at < action.length()) {
            char c = action.charAt(at);
            int start = at;
            if (c <= ' ') {
                at++;
                continue;
            } else if (c == '"' || c == '`' || c == '\'') {
                at = quoteEnd(action, at) + 1;
                if (at == 0) throw new Template.ParseFailure("template: :" + line + ": unterminated quoted string");
            } else if (action.startsWith(":=", at)) {
                at += 2;
            } else if ("()|=,".indexOf(c) >= 0) {
                at++;
            } else {
                while (at < action.length()
                        && action.charAt(at) > ' '
                        && "()|=,\"`".indexOf(action.charAt(at)) < 0
                        && !action.startsWith(":=", at)) at++;
            }
            words.add(action.substring(start, at));
        }
        return words;
    }
}
