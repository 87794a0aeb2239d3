package ondol.cli.verb;

import java.io.Console;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import ondol.cli.command.Cli;
import ondol.cli.command.CliException;
import ondol.cli.command.Flags;
import ondol.cli.command.Verb;
import ondol.cli.json.Json;
import ondol.cli.login.Account;
import ondol.cli.login.ConfigFile;
import org.jspecify.annotations.Nullable;

/** {@code ondol login}: tells a registry who the user is, and keeps that where Docker's command finds it, too. */
public final class Login extends Verb {
    @Override
    public String help() {
        return """
            Usage:  ondol login [OPTIONS] [SERVER]

            Log in to a registry.
            If no server is specified, the default is defined by the daemon.

            Options:
              -p, --password string   Password
                  --password-stdin    Take the password from stdin
              -u, --username string   Username
            """;
    }

    @Override
    public int most() {
        return 1;
    }

    @Override
    public int run(Cli cli, Flags flags) throws IOException {
        String server = ConfigFile.key(flags.rest().isEmpty() ? "docker.io" : ImageName.host(flags.first()));
        String password = flags.get("password");
        if (password != null) {
            cli.warn("WARNING! Using --password via the CLI is insecure. Use --password-stdin.");
            if (flags.is("password-stdin"))
                throw new CliException("--password and --password-stdin are mutually exclusive");
        }
        String username = flags.get("username", "");
        if (flags.is("password-stdin")) {
            if (username.isEmpty()) throw new CliException("Must provide --username with --password-stdin");
            password = new String(System.in.readAllBytes(), StandardCharsets.UTF_8).replaceFirst("\r?\n$", "");
        }
        ConfigFile config = ConfigFile.read();
        Account known = username.isEmpty() && password == null ? config.account(server) : null;
        Account account = known == null ? ask(server, username, password) : known;
        if (known != null) cli.out().line("Authenticating with existing credentials...");
        Object answer = cli.json("POST", "/auth", account.json().getBytes(StandardCharsets.UTF_8));
        String token = Json.text(answer, "IdentityToken");
        Account kept = token.isEmpty() ? account : new Account(server, account.username(), "", token);
        if (known == null && !config.store(kept))
            cli.warn("WARNING! Your password will be stored unencrypted in " + config.file()
                    + ".\nConfigure a credential helper to remove this warning.");
        String status = Json.text(answer, "Status");
        cli.out().line(status.isEmpty() ? "Login Succeeded" : status);
        return 0;
    }

    private static Account ask(String server, String username, @Nullable String password) {
        Console console = System.console();
        boolean terminal = Cli.terminal(0);
        if ((username.isEmpty() || password == null) && (console == null || !terminal))
            throw new CliException("Error: Cannot perform an interactive login from a non TTY device");
        String name = username;
        if (name.isEmpty() && console != null) {
            String line = console.readLine("Username: ");
            name = line == null ? "" : line.strip();
        }
        if (name.isEmpty()) throw new CliException("Error: Non-null Username Required");
        String secret = password;
        if (secret == null && console != null) {
            char[] read = console.readPassword("Password: ");
            secret = read == null ? "" : new String(read);
        }
        if (secret == null || secret.isEmpty()) throw new CliException("Error: Password Required");
        return new Account(server, name, secret, "");
    }
}
