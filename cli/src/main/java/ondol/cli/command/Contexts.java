package ondol.cli.command;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import ondol.cli.http.Endpoint;
import ondol.cli.json.Json;
import ondol.cli.json.JsonWriter;
import ondol.image.tls.TlsFiles;
import org.jspecify.annotations.Nullable;

/**
 * Named engines, in the files that Docker's command keeps them in: {@code contexts/meta/ID/meta.json} and {@code
 * contexts/tls/ID/docker/*.pem} below {@code $DOCKER_CONFIG} or {@code ~/.docker}, where ID is the name's SHA-256. Which
 * one is current each command keeps for itself ({@code ondol-context}): a user of both may mean two engines.
 */
public final class Contexts {
    /** The name of no context at all. */
    public static final String DEFAULT = "default";

    private static final String META = "meta.json";
    private static final List<String> PEM = List.of("ca", "cert", "key");

    private final Path folder;

    private Contexts(Path folder) {
        this.folder = folder;
    }

    /**
     * A named engine.
     *
     * @param host where it listens, as {@code -H} takes it
     * @param skipVerify kept for Docker's command; Ondol's always verifies
     */
    public record Context(String name, String description, String host, boolean skipVerify) {}

    /** The user's. */
    public static Contexts open() {
        return new Contexts(configFolder());
    }

    /** Where Docker's command keeps what it knows of its user. */
    public static Path configFolder() {
        String folder = System.getenv("DOCKER_CONFIG");
        if (folder != null && !folder.isEmpty()) return Path.of(folder);
        String home = System.getenv("HOME");
        return Path.of(home == null || home.isEmpty() ? System.getProperty("user.home") : home, ".docker");
    }

    /** The name of the current one. */
    public String current() {
        try {
            String name = Files.readString(folder.resolve("ondol-context")).strip();
            return name.isEmpty() ? DEFAULT : name;
        } catch (IOException e) {
            return DEFAULT;
        }
    }

    /** Makes one of this name current. */
    public void use(String name) throws IOException {
        if (name.equals(DEFAULT)) {
            Files.deleteIfExists(folder.resolve("ondol-context"));
            return;
        }
        find(name);
        write(folder.resolve("ondol-context"), name + "\n");
    }

    /** @throws CliException where there is none of this name */
    public Context find(String name) throws IOException {
        try {
            return read(meta(name));
        } catch (NoSuchFileException e) {
            throw new CliException(
                    "context \"" + name + "\": context not found: open " + meta(name) + ": no such file or directory");
        }
    }

    /** Whether one has this name. */
    public boolean exists(String name) {
        return Files.exists(meta(name));
    }

    /** All, by name. */
    public List<Context> list() throws IOException {
        List<Context> found = new ArrayList<>();
        Path metas = folder.resolve("contexts/meta");
        if (!Files.isDirectory(metas)) return found;
        try (var folders = Files.list(metas)) {
            for (Path one : folders.toList()) if (Files.exists(one.resolve(META))) found.add(read(one.resolve(META)));
        }
        found.sort(Comparator.comparing(Context::name));
        return found;
    }

    private static Context read(Path file) throws IOException {
        try {
            Object json = Json.parse(Files.readAllBytes(file));
            Object docker = Json.map(Json.map(json).get("Endpoints")).get("docker");
            return new Context(
                    Json.text(json, "Name"),
                    Json.text(Json.map(json).get("Metadata"), "Description"),
                    Json.text(docker, "Host"),
                    Boolean.TRUE.equals(Json.map(docker).get("SkipTLSVerify")));
        } catch (IllegalArgumentException e) {
            throw new CliException(file + " cannot be read: " + e.getMessage());
        }
    }

    /**
     * Keeps a context, new or changed.
     *
     * @param tls the files that are copied for its TLS, by {@code ca}, {@code cert} and {@code key}; those that are
     *     missing stay as they are
     */
    public void save(Context context, Map<String, Path> tls) throws IOException {
        if (!context.name().matches("[a-zA-Z0-9][a-zA-Z0-9_.+-]+"))
            throw new CliException("context name \"" + context.name()
                    + "\" is invalid, names are validated against regexp \"^[a-zA-Z0-9][a-zA-Z0-9_.+-]+$\"");
        try {
            Endpoint.parse(context.host());
        } catch (IllegalArgumentException e) {
            throw new CliException(String.valueOf(e.getMessage()));
        }
        for (Map.Entry<String, Path> file : tls.entrySet()) {
            Path target = tlsFolder(context.name()).resolve("docker/" + file.getKey() + ".pem");
            Files.createDirectories(target.getParent());
            Files.copy(file.getValue(), target, StandardCopyOption.REPLACE_EXISTING);
        }
        write(meta(context.name()), described(context));
    }

    private static String described(Context context) {
        JsonWriter json = new JsonWriter().begin().field("Name", context.name()).begin("Metadata");
        if (!context.description().isEmpty()) json.field("Description", context.description());
        json.end().begin("Endpoints").begin("docker").field("Host", context.host());
        return json.field("SkipTLSVerify", context.skipVerify())
                .end()
                .end()
                .end()
                .toString();
    }

    /** Writes what is known of one into a folder, as an archive of contexts has it: {@code meta.json} and {@code tls}. */
    public void write(Context context, Path to) throws IOException {
        Files.writeString(to.resolve(META), described(context));
        for (String pem : PEM) {
            Path file = found(tlsFolder(context.name()).resolve("docker"), pem);
            if (file == null) continue;
            Path copy = to.resolve("tls/docker/" + pem + ".pem");
            Files.createDirectories(copy.getParent());
            Files.copy(file, copy);
        }
    }

    /** Keeps what such a folder says, under a name of one's own. Its author is not trusted: links count for nothing. */
    public void read(Path from, String name) throws IOException {
        Path meta = from.resolve(META);
        if (!regular(meta)) throw new CliException("invalid context: no " + META + " found");
        Context said = read(meta);
        Map<String, Path> tls = new LinkedHashMap<>();
        Path pems = from.resolve("tls/docker");
        boolean plain = Files.isDirectory(from.resolve("tls"), LinkOption.NOFOLLOW_LINKS)
                && Files.isDirectory(pems, LinkOption.NOFOLLOW_LINKS);
        for (String pem : PEM) {
            Path file = pems.resolve(pem + ".pem");
            if (plain && regular(file)) tls.put(pem, file);
        }
        save(new Context(name, said.description(), said.host(), said.skipVerify()), tls);
    }

    private static boolean regular(Path file) {
        return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS);
    }

    /** Forgets one. */
    public void remove(String name) throws IOException {
        find(name);
        for (String pem : PEM) Files.deleteIfExists(tlsFolder(name).resolve("docker/" + pem + ".pem"));
        Files.deleteIfExists(tlsFolder(name).resolve("docker"));
        Files.deleteIfExists(tlsFolder(name));
        Files.deleteIfExists(meta(name));
        Files.deleteIfExists(metaFolder(name));
    }

    /** The engine that a context names. */
    public Endpoint endpoint(String name) throws IOException {
        Context context = find(name);
        try {
            return Endpoint.parse(context.host(), tls(name));
        } catch (IllegalArgumentException e) {
            throw new CliException("context \"" + name + "\": " + e.getMessage());
        }
    }

    private @Nullable TlsFiles tls(String name) {
        Path pems = tlsFolder(name).resolve("docker");
        if (!Files.isDirectory(pems)) return null;
        return new TlsFiles(found(pems, "ca"), found(pems, "cert"), found(pems, "key"), true);
    }

    private static @Nullable Path found(Path folder, String pem) {
        Path file = folder.resolve(pem + ".pem");
        return Files.exists(file) ? file : null;
    }

    /** Where the description of one lies. */
    public Path metaFolder(String name) {
        return folder.resolve("contexts/meta").resolve(id(name));
    }

    /** Where the certificates of one lie. */
    public Path tlsFolder(String name) {
        return folder.resolve("contexts/tls").resolve(id(name));
    }

    private Path meta(String name) {
        return metaFolder(name).resolve(META);
    }

    private static String id(String name) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(name.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private static void write(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        Path beside = file.resolveSibling(
                file.getFileName() + "." + ProcessHandle.current().pid());
        Files.writeString(beside, text);
        Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE);
    }
}
