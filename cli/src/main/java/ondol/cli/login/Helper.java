package ondol.cli.login;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import ondol.cli.command.CliException;
import ondol.cli.json.Json;
import ondol.cli.json.JsonWriter;
import org.jspecify.annotations.Nullable;

/** A program {@code docker-credential-NAME} that keeps passwords (docker-credential-helpers' protocol). No shell runs it. */
final class Helper {
    private static final int LONGEST = 1 << 20;
    private static final String TOKEN = "<token>";

    private final String program;

    Helper(String name) {
        if (!name.matches("[A-Za-z0-9._-]+")) throw new CliException("bad name of a credential helper: " + name);
        program = "docker-credential-" + name;
    }

    /** What it has for a registry; null where it has nothing. */
    @Nullable
    Account get(String server) throws IOException {
        Answer answer = run("get", server);
        if (answer.status() != 0) {
            if (answer.text().contains("credentials not found")) return null;
            throw failed(answer);
        }
        Object json;
        try {
            json = Json.parse(answer.text());
        } catch (IllegalArgumentException e) {
            throw new CliException("error getting credentials: " + program + " did not answer with JSON");
        }
        String username = Json.text(json, "Username");
        String secret = Json.text(json, "Secret");
        return username.equals(TOKEN) ? new Account(server, "", "", secret) : new Account(server, username, secret, "");
    }

    void store(Account account) throws IOException {
        boolean token = !account.identityToken().isEmpty();
        String json = new JsonWriter()
                .begin()
                .field("ServerURL", account.server())
                .field("Username", token ? TOKEN : account.username())
                .field("Secret", token ? account.identityToken() : account.password())
                .end()
                .toString();
        Answer answer = run("store", json);
        if (answer.status() != 0) throw failed(answer);
    }

    void erase(String server) throws IOException {
        Answer answer = run("erase", server);
        if (answer.status() != 0 && !answer.text().contains("credentials not found")) throw failed(answer);
    }

    private CliException failed(Answer answer) {
        String words = answer.text().strip();
        return new CliException("error getting credentials - err: exit status " + answer.status() + ", out: `" + words
                + "` (from " + program + ")");
    }

    private record Answer(int status, String text) {}

    private Answer run(String action, String input) throws IOException {
        Process process;
        try {
            process = new ProcessBuilder(program, action)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
        } catch (IOException e) {
            throw new CliException(
                    "error getting credentials - err: exec: \"" + program + "\": executable file not found in $PATH");
        }
        try (var out = process.getOutputStream()) {
            out.write(input.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            // it did not read its input: its answer says why
        }
        byte[] answer = process.getInputStream().readNBytes(LONGEST);
        try {
            return new Answer(process.waitFor(), new String(answer, StandardCharsets.UTF_8));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            process.destroy();
            throw new IOException("interrupted", e);
        }
    }
}
