package ondol.image.registry;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a server asks for with status 401 ({@code WWW-Authenticate}, RFC 9110 section 11.6.1).
 *
 * @param scheme in small letters
 * @param parameters by their names in small letters
 */
record Challenge(String scheme, Map<String, String> parameters) {
    private static final int LONGEST = 16 << 10;

    /** All challenges of some headers; what cannot be read is left out. */
    static List<Challenge> parse(List<String> headers) {
        List<Challenge> challenges = new ArrayList<>();
        for (String header : headers) {
            if (header.length() <= LONGEST) {
                new Parser(header, challenges).run();
            }
        }
        return challenges;
    }

    String parameter(String name) {
        return parameters.getOrDefault(name, "");
    }

    private static final class Parser {
        private final String text;
        private final List<Challenge> into;
        private int at;

        Parser(String text, List<Challenge> into) {
            this.text = text;
            this.into = into;
        }

        void run() {
            while (at < text.length()) {
                skip();
                String word = token();
                if (word.isEmpty()) {
                    return;
                }
                space();
                if (at < text.length() && text.charAt(at) == '=' && !into.isEmpty()) {
                    at++;
                    space();
                    into.getLast().parameters().put(word.toLowerCase(Locale.ROOT), value());
                } else if (at < text.length() && text.charAt(at) == '=') {
                    return;
                } else {
                    into.add(new Challenge(word.toLowerCase(Locale.ROOT), new LinkedHashMap<>()));
                }
            }
        }

        private void skip() {
            while (at < text.length() && (text.charAt(at) == ',' || Character.isWhitespace(text.charAt(at)))) {
                at++;
            }
        }

        private void space() {
            while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
                at++;
            }
        }

        private String token() {
            int start = at;
            while (at < text.length() && ",= \t\"".indexOf(text.charAt(at)) < 0) {
                at++;
            }
            return text.substring(start, at);
        }

        private String value() {
            if (at >= text.length() || text.charAt(at) != '"') {
                return token();
            }
            StringBuilder value = new StringBuilder();
            for (at++; at < text.length() && text.charAt(at) != '"'; at++) {
                if (text.charAt(at) == '\\' && at + 1 < text.length()) {
                    at++;
                }
                value.append(text.charAt(at));
            }
            at++;
            return value.toString();
        }
    }
}
