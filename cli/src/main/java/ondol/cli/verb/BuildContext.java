package ondol.cli.verb;

import java.io.ByteArrayInputStream;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Predicate;
import ondol.cli.command.Cli;
import ondol.cli.command.CliException;
import ondol.cli.tar.TarWriter;
import ondol.image.dockerfile.IgnorePatterns;
import org.jspecify.annotations.Nullable;

/**
 * What a build sends: a folder without what its {@code .dockerignore} names, a tar or a Dockerfile from standard input,
 * or nothing but an address that the engine fetches.
 *
 * @param folder null where nothing of a folder is sent
 * @param dockerfile its name in what is sent
 * @param remote the address; else empty
 * @param text a Dockerfile that is not in the folder
 * @param sent a tar that is sent as it is
 */
record BuildContext(
        @Nullable Path folder,
        String dockerfile,
        String remote,
        byte @Nullable [] text,
        @Nullable InputStream sent) {
    private static final String IGNORE = ".dockerignore";
    private static final int LONGEST_DOCKERFILE = 1 << 20;
    /** Where a Dockerfile goes that lies elsewhere: no folder is likely to have such a file. */
    private static final String ASIDE = ".dockerfile.ondol-build";

    static BuildContext of(String place, String file) throws IOException {
        if (place.matches("https?://.*")) return new BuildContext(null, file, place, null, null);
        if (place.equals("-")) return standardInput(file);
        if (place.matches("(git@|git://|github\\.com/).*"))
            throw new CliException("a build's context cannot be fetched by git: clone it first, and give its folder");
        Path folder = Path.of(place);
        if (!Files.isDirectory(folder))
            throw new CliException("unable to prepare context: path \"" + place + "\" not found or no folder");
        if (file.equals("-")) return new BuildContext(folder, ASIDE, "", standardInputText(), null);
        if (file.isEmpty()) return new BuildContext(folder, "", "", null, null);
        Path real = folder.toRealPath();
        Path dockerfile = Path.of(file);
        if (!Files.isRegularFile(dockerfile) && Files.isRegularFile(folder.resolve(file)))
            dockerfile = folder.resolve(file);
        if (!Files.isRegularFile(dockerfile))
            throw new CliException("unable to prepare context: unable to evaluate symlinks in Dockerfile path: " + file
                    + ": no such file");
        Path found = dockerfile.toRealPath();
        return found.startsWith(real)
                ? new BuildContext(folder, real.relativize(found).toString(), "", null, null)
                : new BuildContext(folder, ASIDE, "", Files.readAllBytes(found), null);
    }

    private static BuildContext standardInput(String file) throws IOException {
        if (file.equals("-"))
            throw new CliException("invalid argument: can't use stdin for both build context and dockerfile");
        PushbackInputStream in = new PushbackInputStream(new FileInputStream(FileDescriptor.in), 512);
        byte[] start = in.readNBytes(512);
        in.unread(start);
        boolean compressed = start.length > 4
                && ((start[0] & 0xff) == 0x1f && (start[1] & 0xff) == 0x8b
                        || (start[0] & 0xff) == 0x28 && (start[1] & 0xff) == 0xb5
                        || (start[0] & 0xff) == 0xfd && start[1] == '7');
        boolean tar = start.length == 512 && new String(start, 257, 5, StandardCharsets.ISO_8859_1).equals("ustar");
        if (tar || compressed) return new BuildContext(null, file, "", null, in);
        if (Cli.terminal(0) && start.length == 0) throw new CliException("there is no Dockerfile on standard input");
        return new BuildContext(null, "", "", bounded(in), null);
    }

    private static byte[] standardInputText() throws IOException {
        return bounded(new FileInputStream(FileDescriptor.in));
    }

    private static byte[] bounded(InputStream in) throws IOException {
        byte[] text = in.readNBytes(LONGEST_DOCKERFILE + 1);
        if (text.length > LONGEST_DOCKERFILE)
            throw new CliException("the Dockerfile has more than " + LONGEST_DOCKERFILE + " bytes");
        return text;
    }

    /** What is sent. */
    InputStream tar() throws IOException {
        if (sent != null) return sent;
        if (!remote.isEmpty()) return new ByteArrayInputStream(new byte[0]);
        return TarWriter.stream(folder, selection(), dockerfile.isEmpty() ? "Dockerfile" : dockerfile, text);
    }

    /** Which paths are sent: the Dockerfile and the list of what is not sent are, whatever that says. */
    private TarWriter.Selection selection() throws IOException {
        Path file = folder == null ? null : folder.resolve(IGNORE);
        if (file == null || !Files.isRegularFile(file)) return TarWriter.Selection.ALL;
        IgnorePatterns patterns = new IgnorePatterns(Files.readString(file));
        String name = dockerfile.isEmpty() ? "Dockerfile" : dockerfile;
        Predicate<String> takes = path -> path.equals(name) || path.equals(IGNORE) || !patterns.ignores(path);
        return new TarWriter.Selection(takes, path -> patterns.takesIn() || name.startsWith(path + "/"));
    }
}
