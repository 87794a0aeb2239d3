package ondol.cli.verb;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import ondol.cli.command.Cli;
import ondol.cli.command.CliException;
import ondol.cli.command.Flags;
import ondol.cli.command.Verb;
import ondol.engine.EngineException;
import ondol.engine.Engines;

/** {@code ondol system clean}: removes what engines left whose data are gone. */
final class SystemClean extends Verb {
    @Override
    public String help() {
        return """
            Usage:  ondol system clean [OPTIONS]

            Remove what dead engines left on this machine

            An engine that starts clears up by itself what an earlier one on its root
            left. Where that root was removed none will: this removes tables of
            nf_tables, bridges and control groups that carry the id of an engine that
            does not run, and in whose groups nothing runs. It needs no engine.

            Options:
              -n, --dry-run   Only say what would be removed
            """;
    }

    @Override
    public int most() {
        return 0;
    }

    @Override
    public int run(Cli cli, Flags flags) throws IOException {
        // others do not see which engines run
        if (!Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid")))
            throw new CliException("system clean: only root sees which engines run, and removes what others left");
        try {
            List<String> found = Engines.clean(!flags.is("dry-run"));
            for (String each : found) cli.out().line(each);
            return 0;
        } catch (EngineException e) {
            throw new CliException(String.valueOf(e.getMessage()));
        }
    }
}
