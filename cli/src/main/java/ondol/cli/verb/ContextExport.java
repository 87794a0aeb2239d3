package ondol.cli.verb;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import ondol.cli.command.Cli;
import ondol.cli.command.CliException;
import ondol.cli.command.Contexts;
import ondol.cli.command.Contexts.Context;
import ondol.cli.command.Flags;
import ondol.cli.command.Verb;
import ondol.cli.tar.TarWriter;

/** {@code ondol context export}: a named engine as a tar, with its certificates and key, for another machine. */
final class ContextExport extends Verb {
    @Override
    public String help() {
        return """
            Usage:  ondol context export CONTEXT [FILE|-]

            Export a context to a tar archive FILE or a tar stream on STDOUT.
            """;
    }

    @Override
    public int least() {
        return 1;
    }

    @Override
    public int most() {
        return 2;
    }

    @Override
    public int run(Cli cli, Flags flags) throws IOException {
        Contexts contexts = Contexts.open();
        String name = flags.first();
        String file = flags.rest().size() > 1 ? flags.rest().get(1) : name + ".dockercontext";
        boolean own = name.equals(Contexts.DEFAULT);
        Context context = own ? new Context(name, "", cli.place().endpoint().toString(), false) : contexts.find(name);
        if (file.equals("-") && Cli.terminal(1))
            throw new CliException("cowardly refusing to export to a terminal, specify a file path");
        Path folder = Files.createTempDirectory("ondol-context"); // for nobody but its user
        try {
            contexts.write(context, folder);
            try (InputStream tar = TarWriter.stream(folder, "")) {
                if (file.equals("-")) tar.transferTo(cli.out());
                else save(tar, Path.of(file));
            }
        } finally {
            ContextImport.delete(folder);
        }
        if (!file.equals("-")) cli.warn("Written file \"" + file + "\"");
        return 0;
    }

    /** There may be a key in it. */
    private static void save(InputStream tar, Path file) throws IOException {
        var mode = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        try {
            Files.createFile(file, mode);
        } catch (FileAlreadyExistsException e) {
            throw new CliException("open " + file + ": file exists");
        }
        try (OutputStream out = Files.newOutputStream(file, StandardOpenOption.WRITE)) {
            tar.transferTo(out);
        }
    }
}
