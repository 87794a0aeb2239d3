package ondol.image.dockerfile;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The ways in which an instruction's rest is cut into words. */
final class Words {
    private Words() {}

    /** A name and what it is set to; null where nothing is. */
    record Pair(String name, @Nullable String value) {}

    /** Control characters would write over what a terminal shows. */
    static String printable(String text) {
        StringBuilder plain = new StringBuilder();
        text.codePoints().limit(200).forEach(c -> plain.appendCodePoint(Character.isISOControl(c) ? '?' : c));
        return plain.toString();
    }

    /** A list of texts in JSON; null for anything else, which is then a line for the shell or words between blanks. */
    static @Nullable List<String> jsonList(String text) {
        return text.startsWith("[") ? new JsonList(text).read() : null;
    }

    /** Between blanks; quotes and escapes keep words together and stay in them. */
    static List<String> raw(String text, char escape) {
        List<String> words = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        char quote = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (quote == 0 && Character.isWhitespace(c)) {
                end(word, words);
                continue;
            }
            word.append(c);
            if (c == escape && quote != '\'' && i + 1 < text.length()) {
                word.append(text.charAt(++i));
            } else if (quote == 0 && (c == '"' || c == '\'')) {
                quote = c;
            } else if (c == quote) {
                quote = 0;
            }
        }
        end(word, words);
        return words;
    }

    private static void end(StringBuilder word, List<String> words) {
        if (!word.isEmpty()) {
            words.add(word.toString());
            word.setLength(0);
        }
    }

    /** Between blanks, and nothing else. */
    static List<String> plain(String text) {
        return text.isBlank() ? List.of() : List.of(text.strip().split("\\s+"));
    }

    /** {@code a=b c="d e"}, or the old form {@code a all the rest}. Quotes stay. */
    static List<Pair> pairs(String rest, String instruction, char escape) {
        List<String> words = raw(rest, escape);
        if (!words.getFirst().contains("=")) {
            String[] parts = rest.split("\\s+", 2);
            if (parts.length < 2) {
                throw new DockerfileException(instruction + " must have two arguments");
            }
            return List.of(new Pair(parts[0], parts[1]));
        }
        List<Pair> pairs = new ArrayList<>();
        for (String word : words) {
            int equals = word.indexOf('=');
            if (equals < 0) {
                throw new DockerfileException("Syntax error - can't find = in \"%s\". Must be of the form: name=value"
                        .formatted(printable(word)));
            }
            pairs.add(pair(word, equals, instruction));
        }
        return pairs;
    }

    /** {@code a b=c}: names, with a value or without. */
    static List<Pair> names(String rest, String instruction, char escape) {
        List<Pair> pairs = new ArrayList<>();
        for (String word : raw(rest, escape)) {
            pairs.add(pair(word, word.indexOf('='), instruction));
        }
        return pairs;
    }

    private static Pair pair(String word, int equals, String instruction) {
        if (equals == 0) {
            throw new DockerfileException(instruction + " names can not be blank");
        }
        return equals < 0 ? new Pair(word, null) : new Pair(word.substring(0, equals), word.substring(equals + 1));
    }
}
