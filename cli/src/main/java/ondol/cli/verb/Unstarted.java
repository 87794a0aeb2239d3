package ondol.cli.verb;

import java.io.IOException;
import ondol.cli.command.Cli;
import ondol.cli.command.CliException;

/**
 * A container that was made to be started at once. Where a signal ends this command before it has been, the container
 * goes as well: nobody asked for one that does nothing.
 */
final class Unstarted implements AutoCloseable {
    private final Thread removal;

    Unstarted(Cli cli, String id) {
        removal = new Thread(() -> {
            try {
                cli.order("DELETE", "/containers/" + id + "?force=1&v=1", null);
            } catch (IOException | CliException e) {
                // there is nobody left to be told
            }
        });
        Runtime.getRuntime().addShutdownHook(removal);
    }

    /** It was started, or could not be: from now on signals leave it alone. */
    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(removal);
        } catch (IllegalStateException e) {
            // a signal was quicker
        }
    }
}
