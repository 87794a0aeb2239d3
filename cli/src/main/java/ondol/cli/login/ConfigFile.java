package ondol.cli.login;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import ondol.cli.command.CliException;
import ondol.cli.json.Json;
import ondol.cli.json.JsonIndent;
import ondol.cli.json.JsonWriter;
import org.jspecify.annotations.Nullable;

/** Docker's {@code config.json}, shared with its command: what is not understood here stays as it is. */
public final class ConfigFile {
    /** The key of Docker's own registry. */
    public static final String HUB = "https://index.docker.io/v1/";

    private final Path file;
    private final Map<String, @Nullable Object> all;

    private ConfigFile(Path file, Map<String, @Nullable Object> all) {
        this.file = file;
        this.all = all;
    }

    /** The user's, in {@code $DOCKER_CONFIG} or {@code ~/.docker}; empty where there is none. */
    public static ConfigFile read() throws IOException {
        String folder = System.getenv("DOCKER_CONFIG");
        String home = System.getenv("HOME");
        Path path = folder != null && !folder.isEmpty()
                ? Path.of(folder)
                : Path.of(home == null || home.isEmpty() ? System.getProperty("user.home") : home, ".docker");
        Path file = path.resolve("config.json");
        if (!Files.exists(file)) return new ConfigFile(file, new LinkedHashMap<>());
        try {
            return new ConfigFile(file, new LinkedHashMap<>(Json.map(Json.parse(Files.readAllBytes(file)))));
        } catch (IllegalArgumentException e) {
            throw new CliException(file + " cannot be read: " + e.getMessage());
        }
    }

    public Path file() {
        return file;
    }

    /** Where the user's passwords for a registry are kept: a helper's name, or null for this file. */
    public @Nullable String helper(String server) {
        String own = Json.text(all.get("credHelpers"), server);
        String store = Json.text(all, "credsStore");
        return !own.isEmpty() ? own : store.isEmpty() ? null : store;
    }

    /** The key of a registry's host: {@code docker.io} has a name of its own. */
    public static String key(String domain) {
        return domain.equals("docker.io") || domain.equals("index.docker.io") ? HUB : domain;
    }

    /** What the user has for a registry; null where there is nothing. */
    public @Nullable Account account(String server) throws IOException {
        String helper = helper(server);
        if (helper != null) return new Helper(helper).get(server);
        Map<String, @Nullable Object> auths = Json.map(all.get("auths"));
        if (auths.containsKey(server)) return account(server, auths.get(server));
        for (Map.Entry<String, @Nullable Object> entry : auths.entrySet())
            if (host(entry.getKey()).equals(host(server))) return account(server, entry.getValue());
        return null;
    }

    /** What the user has for all registries that the file names. */
    public List<Account> accounts() throws IOException {
        List<Account> accounts = new ArrayList<>();
        for (String server : Json.map(all.get("auths")).keySet()) {
            Account account = account(server);
            if (account != null) accounts.add(account);
        }
        return accounts;
    }

    private static String host(String key) {
        String rest = key.replaceFirst("^https?://", "");
        int slash = rest.indexOf('/');
        return slash < 0 ? rest : rest.substring(0, slash);
    }

    private static @Nullable Account account(String server, @Nullable Object entry) {
        String both;
        try {
            both = new String(
                    Base64.getDecoder().decode(Json.text(entry, "auth").strip()), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new CliException("the password for " + server + " in Docker's config.json cannot be decoded");
        }
        int colon = both.indexOf(':');
        String username = colon < 0 ? Json.text(entry, "username") : both.substring(0, colon);
        String password = colon < 0 ? Json.text(entry, "password") : both.substring(colon + 1);
        String token = Json.text(entry, "identitytoken");
        return username.isEmpty() && token.isEmpty() ? null : new Account(server, username, password, token);
    }

    /** Keeps an account; false where it is kept in the file, for all to read who may read that. */
    public boolean store(Account account) throws IOException {
        String helper = helper(account.server());
        Map<String, @Nullable Object> entry = new LinkedHashMap<>();
        if (helper != null) {
            new Helper(helper).store(account);
        } else {
            byte[] both = (account.username() + ":" + account.password()).getBytes(StandardCharsets.UTF_8);
            entry.put("auth", Base64.getEncoder().encodeToString(both));
            if (!account.identityToken().isEmpty()) entry.put("identitytoken", account.identityToken());
        }
        Map<String, @Nullable Object> auths = new TreeMap<>(Json.map(all.get("auths")));
        auths.put(account.server(), entry);
        all.put("auths", auths);
        save();
        return helper != null;
    }

    /** Forgets an account; false where there was none. */
    public boolean erase(String server) throws IOException {
        Map<String, @Nullable Object> auths = new TreeMap<>(Json.map(all.get("auths")));
        boolean known = auths.containsKey(server);
        String helper = helper(server);
        if (helper != null) new Helper(helper).erase(server);
        auths.remove(server);
        all.put("auths", auths);
        if (known) save();
        return known;
    }

    private void save() throws IOException {
        Path target = Files.exists(file) ? file.toRealPath() : file;
        Path folder = target.getParent();
        if (folder != null) Files.createDirectories(folder);
        String text = JsonIndent.indent(JsonWriter.text(all), "", "\t");
        Path beside =
                target.resolveSibling("config.json" + ProcessHandle.current().pid());
        Files.deleteIfExists(beside);
        Files.createFile(beside, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(beside, text);
        Files.move(beside, target, StandardCopyOption.ATOMIC_MOVE);
    }
}
