package ondol.cli.verb;

import java.io.IOException;
import java.io.UncheckedIOException;
import ondol.cli.command.Cli;
import ondol.cli.command.CliException;
import ondol.cli.http.Connection;
import ondol.cli.http.Response;
import ondol.cli.json.Json;
import org.jspecify.annotations.Nullable;

/** Waits for a container's end on a connection of its own, asked for before the container starts. */
final class Exit {
    private static final int LIMIT = 1 << 20;
    private static final long DETACH_MILLIS = 700;

    private final Response response;

    private Exit(Response response) {
        this.response = response;
    }

    /** Asks now; the engine has taken note of it when this returns. */
    static Exit of(Cli cli, String id, String condition) throws IOException {
        Connection connection = cli.connect();
        return new Exit(
                Cli.checked(connection.send("POST", "/containers/" + id + "/wait?condition=" + condition, null)));
    }

    /** The exit status, once there is one. */
    int status() throws IOException {
        Object answer = Json.parse(response.bytes(LIMIT));
        String error = Json.text(Json.map(answer).get("Error"), "Message");
        if (!error.isEmpty()) throw new CliException(125, "Error waiting for container: " + error);
        return (int) Json.number(answer, "StatusCode");
    }

    /** As {@link #status}, but null when the streams have ended and the container goes on: the engine saw detach keys. */
    @Nullable
    Integer statusUnlessDetached(Cli cli, String id) throws IOException {
        Object[] result = new Object[1];
        Thread waiter = new Thread("wait") {
            @Override
            public void run() {
                try {
                    result[0] = status();
                } catch (IOException e) {
                    result[0] = new UncheckedIOException(e);
                } catch (CliException | IllegalArgumentException e) {
                    result[0] = e;
                }
            }
        };
        waiter.setDaemon(true);
        waiter.start();
        try {
            waiter.join(DETACH_MILLIS);
            if (waiter.isAlive() && running(cli, id)) return null;
            waiter.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
        if (result[0] instanceof UncheckedIOException e) throw new IOException(e.getCause());
        if (result[0] instanceof RuntimeException e) throw e;
        return (Integer) result[0];
    }

    private static boolean running(Cli cli, String id) throws IOException {
        try {
            return Boolean.TRUE.equals(
                    Json.map(cli.get("/containers/" + id + "/json").get("State"))
                            .get("Running"));
        } catch (ondol.cli.command.EngineException e) {
            return false;
        }
    }
}
