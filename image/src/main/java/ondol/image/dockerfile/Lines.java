package ondol.image.dockerfile;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The lines of a Dockerfile as they are meant: without comments, continued ones joined. {@code # escape=`} at the top
 * makes another character continue lines and take away the meaning of the next.
 *
 * @param escape the character
 */
record Lines(List<Line> lines, char escape) {
    private static final Pattern DIRECTIVE = Pattern.compile("#\\s*([a-zA-Z][a-zA-Z0-9]*)\\s*=\\s*(.+?)\\s*");

    /** @param number of its first line, from 1 */
    record Line(int number, String text) {}

    static Lines of(String text) {
        List<String> physical = text.replace("\uFEFF", "").lines().toList();
        char escape = escape(physical);
        List<Line> lines = new ArrayList<>();
        for (int at = 0; at < physical.size(); at++) {
            int first = at;
            String line = physical.get(at).strip();
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            StringBuilder joined = new StringBuilder();
            String part = physical.get(at).stripLeading();
            while (continues(part, escape)) {
                joined.append(part, 0, part.stripTrailing().length() - 1);
                do {
                    at++;
                } while (at < physical.size() && blankOrComment(physical.get(at)));
                part = at < physical.size() ? physical.get(at) : "";
            }
            joined.append(part);
            String whole = joined.toString().strip();
            if (!whole.isEmpty()) {
                refuseHereDocument(
                        whole, first + 1, physical.subList(Math.min(at + 1, physical.size()), physical.size()));
                lines.add(new Line(first + 1, whole));
            }
        }
        return new Lines(List.copyOf(lines), escape);
    }

    private static boolean blankOrComment(String line) {
        String stripped = line.strip();
        return stripped.isEmpty() || stripped.startsWith("#");
    }

    private static boolean continues(String line, char escape) {
        String end = line.stripTrailing();
        int last = end.length() - 1;
        return last >= 0 && end.charAt(last) == escape && (last == 0 || end.charAt(last - 1) != escape);
    }

    private static char escape(List<String> physical) {
        char escape = '\\';
        for (int i = 0; i < physical.size(); i++) {
            Matcher directive = DIRECTIVE.matcher(physical.get(i).strip());
            if (!directive.matches()) {
                break;
            }
            if (directive.group(1).equalsIgnoreCase("escape")) {
                String value = directive.group(2);
                if (!value.equals("\\") && !value.equals("`")) {
                    throw new DockerfileException("invalid escape token '%s' does not match ` or \\"
                                    .formatted(Words.printable(value)))
                            .at(i + 1);
                }
                escape = value.charAt(0);
            }
        }
        return escape;
    }

    private static final Pattern HERE =
            Pattern.compile("(?:^|\\s)\\d*<<-?([\"']?)([A-Za-z_][A-Za-z0-9_.]*)\\1(?=\\s|$)");

    /** What follows would be taken for instructions, and say something that nobody understands. */
    private static void refuseHereDocument(String line, int number, List<String> following) {
        Matcher here = HERE.matcher(line);
        while (here.find()) {
            String end = here.group(2);
            if (following.stream().anyMatch(each -> each.strip().equals(end))) {
                throw new DockerfileException(
                                "here-documents (<<%s) are understood by BuildKit only: write the lines with && or copy a file"
                                        .formatted(end))
                        .at(number);
            }
        }
    }
}
