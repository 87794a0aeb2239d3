package ondol.image.dockerfile;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The lines of a {@code .dockerignore}: patterns of paths below the context, of which the last that fits decides; {@code !}
 * takes paths in again. A pattern for a folder stands for all that is in it.
 */
public final class IgnorePatterns {
    private static final int MOST = 10_000;

    private record Rule(Pattern pattern, boolean takesIn) {}

    private final List<Rule> rules = new ArrayList<>();

    /** @throws DockerfileException for a pattern that makes no sense */
    public IgnorePatterns(String text) {
        for (String line : text.replace("\uFEFF", "").lines().toList()) {
            String pattern = line.startsWith("#") ? "" : line.strip();
            boolean takesIn = pattern.startsWith("!");
            pattern = clean(takesIn ? pattern.substring(1).strip() : pattern);
            if (!pattern.isEmpty()) {
                rules.add(new Rule(Pattern.compile(regex(pattern) + "(/.*)?", Pattern.DOTALL), takesIn));
            }
            if (rules.size() > MOST) {
                throw new DockerfileException("the .dockerignore has more than %d patterns".formatted(MOST));
            }
        }
    }

    /** Whether nothing is ignored. */
    public boolean isEmpty() {
        return rules.isEmpty();
    }

    /** Whether some pattern takes paths in again, so that a folder that is ignored may hold one that is not. */
    public boolean takesIn() {
        return rules.stream().anyMatch(Rule::takesIn);
    }

    /** @param path below the context, without a slash at its beginning */
    public boolean ignores(String path) {
        boolean ignored = false;
        for (Rule rule : rules) {
            if (ignored == rule.takesIn() && rule.pattern().matcher(path).matches()) {
                ignored = !rule.takesIn();
            }
        }
        return ignored;
    }

    private static String clean(String pattern) {
        List<String> parts = new ArrayList<>();
        for (String part : pattern.split("/")) {
            if (part.equals("..") && !parts.isEmpty()) {
                parts.removeLast();
            } else if (!part.isEmpty() && !part.equals(".") && !part.equals("..")) {
                parts.add(part);
            }
        }
        return String.join("/", parts);
    }

    private static String regex(String pattern) {
        StringBuilder regex = new StringBuilder();
        for (int i = 0; i < pattern.length(); i++) {
            char c = pattern.charAt(i);
            if (c == '*' && i + 1 < pattern.length() && pattern.charAt(i + 1) == '*') {
                i++;
                if (i + 1 < pattern.length() && pattern.charAt(i + 1) == '/') {
                    i++;
                    regex.append("(?:.*/)?");
                } else {
                    regex.append(".*");
                }
            } else {
                i = Globs.append(pattern, i, regex);
            }
        }
        return regex.toString();
    }
}
