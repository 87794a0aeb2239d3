package ondol.cli.command;

import java.io.IOException;

/** One word of the command line. Its help text is also its table of flags. */
public abstract class Verb {
    /** What {@code --help} prints, with a line per flag: {@code "  -a, --all   Show all"}. */
    public abstract String help();

    /** Does it, and returns the exit status. */
    public abstract int run(Cli cli, Flags flags) throws IOException;

    /** Whether flags end at the first argument, because what follows belongs to the container. */
    public boolean stopsAtArgument() {
        return false;
    }

    /** The fewest arguments. */
    public int least() {
        return 0;
    }

    /** The most arguments. */
    public int most() {
        return Integer.MAX_VALUE;
    }

    /** The flag that is meant by an old name. */
    public String canonical(String flag) {
        return flag;
    }

    /**
     * Looks at a value as soon as it was read.
     *
     * @throws IllegalArgumentException when it cannot be one for this flag
     */
    public void check(String flag, String type, String value) {
        Values.check(type, value);
    }
}
