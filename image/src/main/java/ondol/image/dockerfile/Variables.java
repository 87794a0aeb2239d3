package ondol.image.dockerfile;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Fills in a Dockerfile's variables, and takes away quotes and escapes: {@code $x}, {@code ${x}}, {@code ${x:-word}},
 * {@code ${x:+word}}, {@code ${x:?words}} and these without the colon. Nothing is filled in between single quotes.
 */
public final class Variables {
    /** Words in words in words: nobody writes them, and each costs stack. */
    private static final int DEEPEST = 50;

    /** What variables together may grow to. */
    private static final int LONGEST = 1 << 20;

    private final Function<String, @Nullable String> values;
    private final char escape;

    /** @param values by name; null for one that is not set */
    public Variables(Function<String, @Nullable String> values, char escape) {
        this.values = values;
        this.escape = escape;
    }

    /**
     * One word, blanks and all.
     *
     * @throws DockerfileException where a quote or brace is not closed, or a variable that must be set is not
     */
    public String expand(String text) {
        return new Reading(text).all().whole();
    }

    /** As {@link #expand}, cut at the blanks that stand outside of quotes. */
    public List<String> expandWords(String text) {
        return new Reading(text).all().words;
    }

    /** One text while it is read. */
    private final class Reading {
        private final String text;
        private int at;
        private int depth;
        private final StringBuilder whole = new StringBuilder();
        private final StringBuilder word = new StringBuilder();
        private final List<String> words = new ArrayList<>();
        private boolean inWord;

        Reading(String text) {
            this.text = text;
        }

        String whole() {
            return whole.toString();
        }

        Reading all() {
            until((char) 0);
            endWord();
            return this;
        }

        private void put(String part, boolean quoted) {
            whole.append(part);
            if (whole.length() > LONGEST) {
                throw new DockerfileException(
                        "a line has more than %d characters when its variables are filled in".formatted(LONGEST));
            }
            for (int i = 0; i < part.length(); i++) {
                char c = part.charAt(i);
                if (!quoted && Character.isWhitespace(c)) {
                    endWord();
                } else {
                    word.append(c);
                    inWord = true;
                }
            }
        }

        private void endWord() {
            if (inWord) {
                words.add(word.toString());
            }
            word.setLength(0);
            inWord = false;
        }

        private void until(char stop) {
            while (at < text.length() && (stop == 0 || text.charAt(at) != stop)) {
                char c = text.charAt(at);
                if (c == '\'') {
                    single();
                } else if (c == '"') {
                    twice();
                } else if (c == '$') {
                    put(dollar(), false);
                } else if (c == escape) {
                    at++;
                    if (at < text.length()) {
                        put(String.valueOf(text.charAt(at++)), true);
                    }
                } else {
                    put(String.valueOf(c), false);
                    at++;
                }
            }
        }

        private void single() {
            int end = text.indexOf('\'', at + 1);
            if (end < 0) {
                throw new DockerfileException("unexpected end of statement while looking for matching single-quote");
            }
            inWord = true;
            put(text.substring(at + 1, end), true);
            at = end + 1;
        }

        private void twice() {
            inWord = true;
            at++;
            while (true) {
                if (at >= text.length()) {
                    throw new DockerfileException(
                            "unexpected end of statement while looking for matching double-quote");
                }
                char c = text.charAt(at);
                if (c == '"') {
                    at++;
                    return;
                }
                if (c == '$') {
                    put(dollar(), true);
                    continue;
                }
                at++;
                boolean escapes = c == escape
                        && at < text.length()
                        && (text.charAt(at) == '"' || text.charAt(at) == '$' || text.charAt(at) == escape);
                put(String.valueOf(escapes ? text.charAt(at++) : c), true);
            }
        }

        private String dollar() {
            at++;
            if (at < text.length() && text.charAt(at) == '{') {
                at++;
                return braces();
            }
            String name = name();
            if (name.isEmpty()) {
                return "$";
            }
            String value = values.apply(name);
            return value == null ? "" : value;
        }

        private String name() {
            int begin = at;
            while (at < text.length() && isNamePart(text.charAt(at), at == begin)) {
                at++;
            }
            if (at == begin && at < text.length() && "0123456789@*#".indexOf(text.charAt(at)) >= 0) {
                at++; // a shell's own, which is never set here
            }
            return text.substring(begin, at);
        }

        private static boolean isNamePart(char c, boolean first) {
            return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (!first && c >= '0' && c <= '9');
        }

        private String braces() {
            String name = name();
            if (name.isEmpty() || at >= text.length()) {
                throw new DockerfileException("syntax error: bad substitution");
            }
            @Nullable String value = values.apply(name);
            char c = text.charAt(at++);
            if (c == '}') {
                return value == null ? "" : value;
            }
            boolean set = value != null;
            if (c == ':') {
                set = value != null && !value.isEmpty();
                c = at < text.length() ? text.charAt(at++) : 0;
            }
            if (c != '-' && c != '+' && c != '?') {
                throw new DockerfileException("unsupported modifier (%s) in substitution"
                        .formatted(c == 0 ? "" : Words.printable(String.valueOf(c))));
            }
            String word = word();
            return switch (c) {
                case '-' -> set ? java.util.Objects.requireNonNull(value) : word;
                case '+' -> set ? word : "";
                default -> {
                    if (!set) {
                        throw new DockerfileException(
                                "%s: %s".formatted(name, word.isEmpty() ? "is not allowed to be unset" : word));
                    }
                    yield java.util.Objects.requireNonNull(value);
                }
            };
        }

        /** The word behind a modifier, filled in itself, with its closing brace. */
        private String word() {
            if (depth + 1 > DEEPEST) {
                throw new DockerfileException("syntax error: substitutions are nested too deeply");
            }
            Reading inner = new Reading(text);
            inner.at = at;
            inner.depth = depth + 1;
            inner.until('}');
            at = inner.at;
            if (at >= text.length()) {
                throw new DockerfileException("syntax error: missing '}'");
            }
            at++;
            return inner.whole();
        }
    }
}
