package ondol.cli.verb;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import ondol.cli.command.Cli;
import ondol.cli.command.CliException;
import ondol.cli.command.EngineException;
import ondol.cli.command.Flags;
import ondol.cli.command.Verb;
import ondol.cli.http.Response;
import ondol.cli.json.Json;
import ondol.cli.tar.TarReader;
import ondol.cli.tar.TarWriter;
import ondol.cli.text.Units;
import org.jspecify.annotations.Nullable;

/** {@code ondol cp}: files out of a container and into one. */
public final class Cp extends Verb {
    private static final long DIRECTORY = 1L << 31;
    private static final long LINK = 1L << 27;

    @Override
    public String help() {
        return """
            Usage:  ondol cp [OPTIONS] CONTAINER:SRC_PATH DEST_PATH|-
            \tondol cp [OPTIONS] SRC_PATH|- CONTAINER:DEST_PATH

            Copy files/folders between a container and the local filesystem

            Use '-' as the source to read a tar archive from stdin
            and extract it to a directory destination in a container.
            Use '-' as the destination to stream a tar archive of a
            container source to stdout.

            Aliases:
              ondol container cp, ondol cp

            Options:
              -a, --archive       Archive mode (copy all uid/gid information)
              -L, --follow-link   Always follow symbol link in SRC_PATH
              -q, --quiet         Suppress progress output during copy. Progress
                                  output is automatically suppressed if no terminal
                                  is attached
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
        String source = flags.first();
        String target = flags.rest().get(1);
        int from = containerEnd(source);
        int to = containerEnd(target);
        if (from > 0 && to > 0) throw new CliException("copying between containers is not supported");
        if (from <= 0 && to <= 0) throw new CliException("must specify at least one container source");
        if (from > 0) return out(cli, flags, source.substring(0, from), source.substring(from + 1), target);
        return in(cli, flags, source, target.substring(0, to), target.substring(to + 1));
    }

    /** Where the container's name ends; -1 for a path of this machine. */
    private static int containerEnd(String text) {
        return text.startsWith("/") || text.startsWith(".") ? -1 : text.indexOf(':');
    }

    private static String archive(String container, String path) {
        return "/containers/" + Cli.encode(container) + "/archive?path=" + Cli.encode(path);
    }

    private static @Nullable Object stat(Response response) {
        String header = response.header("X-Docker-Container-Path-Stat");
        return header == null ? null : Json.parse(Base64.getDecoder().decode(header));
    }

    private static int out(Cli cli, Flags flags, String container, String path, String target) throws IOException {
        String source = path;
        if (flags.is("follow-link")) {
            Object stat = stat(cli.request("HEAD", archive(container, path), null));
            String link = Json.text(stat, "linkTarget");
            if ((Json.number(stat, "mode") & LINK) != 0 && !link.isEmpty())
                source = link.startsWith("/") ? link : path.substring(0, path.lastIndexOf('/') + 1) + link;
        }
        Response response = cli.request("GET", archive(container, source), null);
        if (target.equals("-")) {
            if (Cli.terminal(1)) throw new CliException("refusing to write an archive to a terminal");
            response.body().transferTo(cli.out());
            return 0;
        }
        Object stat = stat(response);
        boolean directory = (Json.number(stat, "mode") & DIRECTORY) != 0;
        boolean content = path.endsWith("/.") || path.equals(".");
        String name = Json.text(stat, "name");
        Path place = Path.of(target);
        if (target.endsWith("/") && !Files.isDirectory(place) && !directory)
            throw new CliException("the destination directory must exist: " + target);
        Path root;
        String renamed;
        if (Files.isDirectory(place)) {
            root = place;
            renamed = content ? "." : name;
        } else {
            Path parent = place.toAbsolutePath().getParent();
            if (parent == null || !Files.isDirectory(parent))
                throw new CliException("invalid output path: directory \"" + parent + "\" does not exist");
            if (directory && Files.exists(place)) throw new CliException("cannot copy directory");
            root = parent;
            renamed = String.valueOf(place.toAbsolutePath().getFileName());
        }
        long size = TarReader.unpack(response.body(), root, name, renamed);
        report(cli, flags, size, target);
        return 0;
    }

    private static void report(Cli cli, Flags flags, long size, String target) throws IOException {
        if (!flags.is("quiet") && Cli.terminal(2))
            cli.warn("Successfully copied " + Units.size(size) + " to " + target);
    }

    private static int in(Cli cli, Flags flags, String source, String container, String path) throws IOException {
        Object stat = null;
        try {
            stat = stat(cli.request("HEAD", archive(container, path), null));
        } catch (EngineException e) {
            if (e.code() != 404) throw e;
            if (source.equals("-"))
                throw new CliException("destination \"" + container + ":" + path + "\" must be a directory");
        }
        boolean directory = (Json.number(stat, "mode") & DIRECTORY) != 0;
        String more = flags.is("archive") ? "&copyUIDGID=true" : "";
        if (source.equals("-")) {
            if (!directory)
                throw new CliException("destination \"" + container + ":" + path + "\" must be a directory");
            put(cli, archive(container, path) + more, new FileInputStream(FileDescriptor.in));
            return 0;
        }
        Path file = Path.of(source);
        if (flags.is("follow-link") && Files.isSymbolicLink(file)) file = file.toRealPath();
        if (!Files.exists(file, java.nio.file.LinkOption.NOFOLLOW_LINKS))
            throw new CliException("lstat " + source + ": no such file or directory");
        boolean content = source.endsWith("/.") || source.equals(".");
        String name =
                content ? "" : String.valueOf(file.toAbsolutePath().normalize().getFileName());
        String parent = path;
        if (!directory) {
            if (path.endsWith("/") && !Files.isDirectory(file))
                throw new CliException("no such directory: " + container + ":" + path);
            if (stat != null && Files.isDirectory(file)) throw new CliException("cannot copy directory");
            String trimmed = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
            int slash = trimmed.lastIndexOf('/');
            parent = slash <= 0 ? "/" : trimmed.substring(0, slash);
            name = trimmed.substring(slash + 1);
        }
        put(cli, archive(container, parent) + more, TarWriter.stream(file, name));
        report(cli, flags, Files.isDirectory(file) ? 0 : Files.size(file), container + ":" + path);
        return 0;
    }

    private static void put(Cli cli, String target, InputStream archive) throws IOException {
        String query = target + "&noOverwriteDirNonDir=true";
        byte[] answer = cli.upload("PUT", query, archive, "application/x-tar").bytes(1 << 20);
        if (answer.length > 0) cli.warn(new String(answer, StandardCharsets.UTF_8).strip());
    }
}
