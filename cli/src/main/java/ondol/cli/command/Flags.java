package ondol.cli.command;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A command line, read by the rules of the pflag library that Docker's command uses. The table of flags is the verb's
 * help text: a flag's line begins {@code "  -a, --all"} or {@code "      --all"}, and the word after one space is the type
 * of its value (none: a boolean).
 */
public final class Flags {
    /** Where a long flag's name begins on its line of the help text. */
    private static final int NAME_COLUMN = 6;

    private final Verb verb;
    private final String table;
    private final ArrayList<String> names = new ArrayList<>();
    private final ArrayList<String> values = new ArrayList<>();
    private final ArrayList<String> rest = new ArrayList<>();
    private boolean help;
    private String path = "";

    private Flags(Verb verb) {
        this.verb = verb;
        this.table = verb.help();
    }

    /**
     * Reads the arguments from {@code from} on.
     *
     * @throws FlagException in pflag's words
     */
    public static Flags parse(Verb verb, String[] args, int from) {
        Flags flags = new Flags(verb);
        flags.read(args, from);
        return flags;
    }

    private void read(String[] args, int from) {
        int i = from;
        while (i < args.length && !help) {
            String arg = args[i];
            if (arg.length() < 2 || arg.charAt(0) != '-') {
                if (verb.stopsAtArgument()) break;
                rest.add(arg);
                i++;
            } else if (arg.equals("--")) {
                i++;
                break;
            } else {
                i = arg.charAt(1) == '-' ? longFlag(args, i) : shortFlags(args, i);
            }
        }
        for (; i < args.length; i++) rest.add(args[i]);
    }

    private int longFlag(String[] args, int i) {
        String arg = args[i];
        int equals = arg.indexOf('=');
        String written = arg.substring(2, equals < 0 ? arg.length() : equals);
        if (written.isEmpty() || written.charAt(0) == '-') throw new FlagException("bad flag syntax: " + arg);
        if (written.equals("help") && equals < 0) {
            help = true;
            return i + 1;
        }
        String name = verb.canonical(written);
        int line = find(name);
        if (line < 0) throw new FlagException("unknown flag: --" + written);
        String type = type(line, name);
        if (equals >= 0) {
            add(name, line, type, arg.substring(equals + 1));
        } else if (type.isEmpty()) {
            add(name, line, type, "true");
        } else {
            if (i + 1 == args.length) throw new FlagException("flag needs an argument: --" + written);
            add(name, line, type, args[++i]);
        }
        return i + 1;
    }

    private int shortFlags(String[] args, int i) {
        String letters = args[i].substring(1);
        while (!letters.isEmpty() && !help) {
            char letter = letters.charAt(0);
            int line = table.indexOf("\n  -" + letter + ", --");
            if (line < 0) {
                if (letter == 'h') {
                    help = true;
                    return i + 1;
                }
                throw new FlagException("unknown shorthand flag: '" + letter + "' in -" + letters);
            }
            int start = line + 1 + NAME_COLUMN + 2;
            String name = table.substring(start, table.indexOf(' ', start));
            String type = type(line + 1 + NAME_COLUMN, name);
            if (letters.length() > 2 && letters.charAt(1) == '=') {
                add(name, line + 1 + NAME_COLUMN, type, letters.substring(2));
                return i + 1;
            }
            if (type.isEmpty()) {
                add(name, line + 1 + NAME_COLUMN, type, "true");
                letters = letters.substring(1);
            } else if (letters.length() > 1) {
                add(name, line + 1 + NAME_COLUMN, type, letters.substring(1));
                return i + 1;
            } else {
                if (i + 1 == args.length)
                    throw new FlagException("flag needs an argument: '" + letter + "' in -" + letters);
                add(name, line + 1 + NAME_COLUMN, type, args[i + 1]);
                return i + 2;
            }
        }
        return i + 1;
    }

    /** Where a flag's "--name" stands in the table, or -1. */
    private int find(String name) {
        String wanted = "--" + name + " ";
        for (int at = table.indexOf(wanted); at >= 0; at = table.indexOf(wanted, at + 1))
            if (at - table.lastIndexOf('\n', at) - 1 == NAME_COLUMN) return at;
        return -1;
    }

    private String type(int line, String name) {
        int start = line + 2 + name.length() + 1;
        return table.charAt(start) == ' ' ? "" : table.substring(start, table.indexOf(' ', start));
    }

    private void add(String name, int line, String type, String value) {
        try {
            if (type.isEmpty()) Values.bool(value);
            else verb.check(name, type, value);
        } catch (IllegalArgumentException e) {
            String shown = "--" + name;
            if (table.charAt(line - 2) == ',') shown = table.substring(line - 4, line) + shown;
            throw new FlagException("invalid argument \"" + value + "\" for \"" + shown + "\" flag: " + e.getMessage());
        }
        names.add(name);
        values.add(value);
    }

    /** Whether help was asked for. */
    public boolean helpWanted() {
        return help;
    }

    /** Sets the words that led to the verb. */
    public void path(String words) {
        path = words;
    }

    /** The words that led to the verb: {@code ondol container ls}. */
    public String path() {
        return path;
    }

    /** The arguments that are no flags. */
    public List<String> rest() {
        return rest;
    }

    /** The first argument, where the verb demands one. */
    public String first() {
        return rest.get(0);
    }

    /** How many flags were given. */
    public int given() {
        return names.size();
    }

    /** Whether the flag was given. */
    public boolean has(String name) {
        return names.contains(name);
    }

    /** A boolean flag that is false unless given. */
    public boolean is(String name) {
        return is(name, false);
    }

    /** A boolean flag. */
    public boolean is(String name, boolean otherwise) {
        String value = get(name);
        return value == null ? otherwise : Values.bool(value);
    }

    /** The last value given, or null. */
    public @Nullable String get(String name) {
        int i = names.lastIndexOf(name);
        return i < 0 ? null : values.get(i);
    }

    /** The last value given, or another. */
    public String get(String name, String otherwise) {
        String value = get(name);
        return value == null ? otherwise : value;
    }

    /** The last value as a number, or another. */
    public long number(String name, long otherwise) {
        String value = get(name);
        return value == null ? otherwise : Values.signed(value);
    }

    /** Every value given, in order. */
    public List<String> all(String name) {
        ArrayList<String> found = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) if (names.get(i).equals(name)) found.add(values.get(i));
        return found;
    }
}
