package ondol.docker;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import ondol.engine.EngineException;

/** Ports as a filter names them: {@code 80}, {@code 80/udp}, {@code 8000-8080} or {@code 8000-8080/tcp}. */
record PortRange(int first, int last, String protocol) {
    private static final Pattern FORM = Pattern.compile("(\\d{1,5})(?:-(\\d{1,5}))?(?:/(tcp|udp|sctp))?");

    /**
     * @param filter what it is said to
     * @throws EngineException {@code INVALID} where it is none of these
     */
    static PortRange parse(String filter, String text) {
        Matcher form = FORM.matcher(text);
        if (form.matches()) {
            int first = Integer.parseInt(form.group(1));
            int last = form.group(2) == null ? first : Integer.parseInt(form.group(2));
            if (first <= last && last <= 0xffff) {
                return new PortRange(first, last, form.group(3) == null ? "tcp" : form.group(3));
            }
        }
        throw EngineException.invalid(
                "invalid filter '%s=%s': it is PORT[-PORT][/tcp, /udp or /sctp]".formatted(filter, text));
    }

    /** @param port such as {@code 80/tcp} */
    boolean has(String port) {
        int slash = port.indexOf('/');
        int number = Integer.parseInt(port, 0, slash, 10);
        return first <= number && number <= last && port.substring(slash + 1).equals(protocol);
    }
}
