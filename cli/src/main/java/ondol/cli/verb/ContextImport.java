package ondol.cli.verb;

import java.io.ByteArrayInputStream;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import ondol.cli.command.Cli;
import ondol.cli.command.CliException;
import ondol.cli.command.Contexts;
import ondol.cli.command.Flags;
import ondol.cli.command.Verb;
import ondol.cli.tar.TarReader;

/** {@code ondol context import}: names an engine by what {@code export} wrote, here or by Docker's command. */
final class ContextImport extends Verb {
    private static final int LARGEST = 10 << 20;

    @Override
    public String help() {
        return """
            Usage:  ondol context import CONTEXT FILE|-

            Import a context from a tar file
            """;
    }

    @Override
    public int least() {
        return 2;
    }

    @Override
    public int most() {
        return 2;
    }

    @Override
    public int run(Cli cli, Flags flags) throws IOException {
        Contexts contexts = Contexts.open();
        String name = flags.first();
        if (name.equals(Contexts.DEFAULT)) throw new CliException("\"default\" is a reserved context name");
        if (contexts.exists(name)) throw new CliException("context \"" + name + "\" already exists");
        byte[] tar = read(flags.rest().get(1));
        if (tar.length > 1 && tar[0] == 'P' && tar[1] == 'K')
            throw new CliException("a context in a zip is not taken: give a tar, as context export writes it");
        Path folder = Files.createTempDirectory("ondol-context"); // for nobody but its user
        try {
            TarReader.unpack(new ByteArrayInputStream(tar), folder, "", "");
            contexts.read(folder, name);
        } finally {
            delete(folder);
        }
        cli.out().line(name);
        cli.warn("Successfully imported context \"" + name + "\"");
        return 0;
    }

    private static byte[] read(String file) throws IOException {
        try (InputStream in = file.equals("-") ? new FileInputStream(FileDescriptor.in) : new FileInputStream(file)) {
            byte[] tar = in.readNBytes(LARGEST + 1);
            if (tar.length > LARGEST) throw new CliException("a context of more than " + LARGEST + " bytes");
            return tar;
        } catch (FileNotFoundException e) {
            throw new CliException("open " + file + ": no such file or directory");
        }
    }

    static void delete(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) Files.delete(file);
        }
    }
}
