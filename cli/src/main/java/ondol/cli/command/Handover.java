package ondol.cli.command;

import java.io.IOException;
import java.util.List;

/** A word whose arguments belong to another program: none of them is read here. */
public abstract class Handover extends Verb {
    /** Gives everything to that program; returns only where that cannot be. */
    public abstract int hand(Cli cli, List<String> arguments) throws IOException;

    @Override
    public int run(Cli cli, Flags flags) throws IOException {
        return hand(cli, flags.rest());
    }
}
