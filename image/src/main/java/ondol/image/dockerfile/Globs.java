package ondol.image.dockerfile;

import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Go's patterns of names ({@code path/filepath}, Match): {@code *}, {@code ?}, {@code [a-z]}, {@code [^a]}, {@code \x}.
 * Files may be named by any characters, so every one that is not a letter or digit is escaped.
 */
public final class Globs {
    private Globs() {}

    /** Whether a text is more than a plain name. */
    public static boolean isPattern(String text) {
        return text.matches("(?s).*[*?\\[\\\\].*");
    }

    /**
     * A pattern of one part of a path.
     *
     * @throws DockerfileException where it makes no sense
     */
    public static Pattern compile(String glob) {
        StringBuilder regex = new StringBuilder();
        for (int i = 0; i < glob.length(); i++) {
            i = append(glob, i, regex);
        }
        try {
            return Pattern.compile(regex.toString(), Pattern.DOTALL);
        } catch (PatternSyntaxException e) {
            throw bad(glob);
        }
    }

    /** Appends what stands at an index. @return the index of its last character */
    static int append(String glob, int at, StringBuilder regex) {
        char c = glob.charAt(at);
        switch (c) {
            case '*' -> regex.append("[^/]*");
            case '?' -> regex.append("[^/]");
            case '[' -> {
                return set(glob, at, regex);
            }
            case '\\' -> {
                if (at + 1 >= glob.length()) {
                    throw bad(glob);
                }
                regex.append(quote(glob.charAt(at + 1)));
                return at + 1;
            }
            default -> regex.append(quote(c));
        }
        return at;
    }

    private static String quote(char c) {
        return Character.isLetterOrDigit(c) || Character.isSurrogate(c)
                ? String.valueOf(c)
                : "\\x{%x}".formatted((int) c);
    }

    private static int set(String glob, int from, StringBuilder regex) {
        int at = from + 1;
        regex.append("(?!/)[");
        if (at < glob.length() && glob.charAt(at) == '^') {
            regex.append('^');
            at++;
        }
        int first = at;
        while (at < glob.length() && (glob.charAt(at) != ']' || at == first)) {
            char low = glob.charAt(at);
            if (low == '\\' && at + 1 < glob.length()) {
                low = glob.charAt(++at);
            }
            at++;
            char high = low;
            if (at + 1 < glob.length() && glob.charAt(at) == '-' && glob.charAt(at + 1) != ']') {
                high = glob.charAt(at + 1);
                at += 2;
            }
            if (high < low) {
                throw bad(glob);
            }
            regex.append(quote(low)).append('-').append(quote(high));
        }
        if (at >= glob.length()) {
            throw bad(glob);
        }
        regex.append(']');
        return at;
    }

    private static DockerfileException bad(String glob) {
        return new DockerfileException("syntax error in pattern: " + Words.printable(glob));
    }
}
