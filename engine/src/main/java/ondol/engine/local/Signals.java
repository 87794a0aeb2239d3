package ondol.engine.local;

import java.util.List;
import java.util.Locale;
import ondol.engine.EngineException;

/** Signals by name and number ({@code man 7 signal}; the numbers of x86-64 and aarch64). */
final class Signals {
    static final int KILL = 9;
    static final int TERM = 15;

    private static final List<String> NAMES = List.of(
            "", "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE",
            "ALRM", "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM",
            "PROF", "WINCH", "IO", "PWR", "SYS");
    private static final int RTMIN = 34;
    private static final int RTMAX = 64;

    private Signals() {}

    /** The number of {@code SIGTERM}, {@code term}, {@code 15}, {@code RTMIN+3}, {@code RTMAX-1}. */
    static int parse(String text) {
        String name = text.strip().toUpperCase(Locale.ROOT);
        name = name.startsWith("SIG") ? name.substring(3) : name;
        int number = NAMES.indexOf(name);
        try {
            if (number < 0 && name.startsWith("RTMIN")) {
                number = RTMIN + (name.length() > 5 ? Integer.parseInt(name.substring(5)) : 0);
            } else if (number < 0 && name.startsWith("RTMAX")) {
                number = RTMAX + (name.length() > 5 ? Integer.parseInt(name.substring(5)) : 0);
            } else if (number < 0) {
                number = switch (name) {
                    case "IOT" -> 6;
                    case "CLD" -> 17;
                    case "POLL" -> 29;
                    default -> Integer.parseInt(name);
                };
            }
        } catch (NumberFormatException e) {
            number = -1;
        }
        if (number <= 0 || number > RTMAX || name.isEmpty()) {
            throw EngineException.invalid("Invalid signal: " + text);
        }
        return number;
    }
}
