package ondol.docker;

import java.util.List;
import java.util.regex.Pattern;

/** Patterns of image names as in {@code --filter reference=alp*}: a star stands for all but a slash. */
final class Globs {
    private Globs() {}

    static Pattern compile(String glob) {
        StringBuilder regex = new StringBuilder();
        for (char c : glob.toCharArray()) {
            switch (c) {
                case '*' -> regex.append("[^/]*");
                case '?' -> regex.append("[^/]");
                default -> regex.append(Pattern.quote(String.valueOf(c)));
            }
        }
        return Pattern.compile(regex.toString());
    }

    /** Whether a name fits one of the patterns, with its tag or without. */
    static boolean reference(List<Pattern> patterns, String name) {
        int colon = name.lastIndexOf(':');
        String repository = colon > name.lastIndexOf('/') ? name.substring(0, colon) : name;
        return patterns.stream()
                .anyMatch(pattern -> pattern.matcher(name).matches()
                        || pattern.matcher(repository).matches());
    }
}
