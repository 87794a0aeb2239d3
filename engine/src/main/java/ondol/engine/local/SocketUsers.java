package ondol.engine.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import ondol.engine.EngineException;
import org.jspecify.annotations.Nullable;

/** Users of this machine, by number or by their names in {@code /etc/passwd} ({@code man 5 passwd}). */
final class SocketUsers {
    private static final Path PASSWD = Path.of("/etc/passwd");

    private SocketUsers() {}

    /** @throws EngineException where there is no such user */
    static void check(String user) {
        if (number(user).isEmpty()) {
            throw EngineException.invalid("user: there is no user %s here; say a name or a number".formatted(user));
        }
    }

    static boolean isRoot(String user) {
        OptionalInt uid = number(user);
        return uid.isPresent() && uid.getAsInt() == 0;
    }

    /** Whether a list has the user, by name or number. */
    static boolean has(@Nullable List<String> users, String user) {
        OptionalInt uid = number(user);
        for (String each : users == null ? List.<String>of() : users) {
            if (each.equals(user) || (uid.isPresent() && uid.equals(number(each)))) {
                return true;
            }
        }
        return false;
    }

    private static OptionalInt number(String user) {
        if (!user.isEmpty() && user.length() < 10 && user.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return OptionalInt.of(Integer.parseInt(user));
        }
        try {
            for (String line : Files.readAllLines(PASSWD)) {
                String[] fields = line.split(":", 4);
                if (fields.length == 4 && fields[0].equals(user)) {
                    return OptionalInt.of(Integer.parseInt(fields[2]));
                }
            }
        } catch (IOException | NumberFormatException e) {
            // without a readable list there are numbers only
        }
        return OptionalInt.empty();
    }
}
