package ondol.docker;

import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import ondol.engine.EngineException;

/**
 * Patterns of image names as in {@code --filter reference=alp*} (Go's {@code path.Match}): a star stands for all but a
 * slash, brackets for one of some characters. They are apart from a Dockerfile's patterns: names have few characters, so
 * that nothing needs to be escaped.
 */
final class Globs {
    private static final Pattern PART = Pattern.compile("\\[\\^?[\\w.:-]+]|.", Pattern.DOTALL);

    private Globs() {}

    /** @throws EngineException INVALID where it makes no sense */
    static Pattern compile(String glob) {
        StringBuilder regex = new StringBuilder();
        PART.matcher(glob)
                .results()
                .map(MatchResult::group)
                .forEach(part -> regex.append(
                        switch (part) {
                            case "*" -> "[^/]*";
                            case "?" -> "[^/]";
                            default -> part.length() > 2 ? "(?!/)" + part : Pattern.quote(part);
                        }));
        try {
            return Pattern.compile(regex.toString());
        } catch (PatternSyntaxException e) {
            throw new EngineException(EngineException.Kind.INVALID, "syntax error in pattern: " + glob, e);
        }
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
