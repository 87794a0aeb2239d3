package ondol.cli.command;

import ondol.cli.text.Durations;
import ondol.cli.text.Units;

/** The values that flags take, by the name of their type in the help text. */
final class Values {
    private Values() {}

    static void check(String type, String value) {
        switch (type) {
            case "int" -> signed(value);
            case "uint", "uint16" -> unsigned(value, type.equals("uint16") ? 0xffff : Long.MAX_VALUE);
            case "bytes" -> {
                if (!value.equals("-1")) Units.bytes(value);
            }
            case "decimal" -> Units.nanoCpus(value);
            case "duration" -> Durations.parse(value);
            case "filter" -> {
                if (value.indexOf('=') < 0)
                    throw new IllegalArgumentException("bad format of filter (expected name=value)");
            }
            default -> {}
        }
    }

    static long signed(String value) {
        try {
            return Long.decode(value);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("strconv.ParseInt: parsing \"" + value + "\": " + reason(value));
        }
    }

    private static void unsigned(String value, long most) {
        long number = -1;
        try {
            if (!value.startsWith("-") && !value.startsWith("+")) number = Long.decode(value);
        } catch (NumberFormatException e) {
            number = -1;
        }
        if (number < 0 || number > most)
            throw new IllegalArgumentException("strconv.ParseUint: parsing \"" + value + "\": "
                    + (number > most ? "value out of range" : reason(value)));
    }

    private static String reason(String value) {
        int at = value.startsWith("-") || value.startsWith("+") ? 1 : 0;
        if (at == value.length()) return "invalid syntax";
        for (; at < value.length(); at++) if (value.charAt(at) < '0' || value.charAt(at) > '9') return "invalid syntax";
        return value.startsWith("-") ? "invalid syntax" : "value out of range";
    }

    static boolean bool(String value) {
        return switch (value) {
            case "1", "t", "T", "true", "TRUE", "True" -> true;
            case "0", "f", "F", "false", "FALSE", "False" -> false;
            default ->
                throw new IllegalArgumentException("strconv.ParseBool: parsing \"" + value + "\": invalid syntax");
        };
    }
}
