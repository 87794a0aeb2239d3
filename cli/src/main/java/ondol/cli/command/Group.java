package ondol.cli.command;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A word that only gathers verbs: {@code container}, {@code image}, {@code volume}, {@code system}. */
public abstract class Group extends Verb {
    /** The verb of this name inside the group, or null. */
    public abstract @Nullable Verb find(String name);

    @Override
    public int run(Cli cli, Flags flags) throws IOException {
        cli.err().print(help());
        return 0;
    }
}
