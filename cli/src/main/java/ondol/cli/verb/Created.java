package ondol.cli.verb;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import ondol.cli.command.Cli;
import ondol.cli.command.CliException;
import ondol.cli.command.EngineException;
import ondol.cli.command.Flags;
import ondol.cli.json.Json;
import org.jspecify.annotations.Nullable;

/** Creates the container that flags describe. */
final class Created {
    private Created() {}

    /** The new container's ID. Warnings go to standard error, the ID into the file of {@code --cidfile}. */
    static String container(Cli cli, Flags flags, boolean detached, int[] console, @Nullable Unstarted unstarted)
            throws IOException {
        String pull = flags.get("pull", "missing").isEmpty() ? "missing" : flags.get("pull", "missing");
        if (!pull.equals("missing") && !pull.equals("always") && !pull.equals("never"))
            throw new CliException(
                    "invalid pull option: '" + pull + "': must be one of \"always\", \"missing\" or \"never\"");
        String file = flags.get("cidfile");
        if (file != null && Files.exists(Path.of(file)))
            throw new CliException(
                    "container ID file found, make sure the other container isn't running or delete " + file);
        byte[] body = ContainerBody.of(flags, detached, console);
        String id = create(cli, flags, pull, body, unstarted);
        if (file != null) Files.writeString(Path.of(file), id);
        return id;
    }

    private static String create(Cli cli, Flags flags, String pull, byte[] body, @Nullable Unstarted unstarted)
            throws IOException {
        String query = "";
        String name = flags.get("name");
        String platform = flags.get("platform");
        if (name != null) query = "?name=" + Cli.encode(name);
        if (platform != null) query += (query.isEmpty() ? "?" : "&") + "platform=" + Cli.encode(platform);
        String image = flags.first();
        if (pull.equals("always")) pull(cli, flags);
        Map<String, @Nullable Object> answer;
        try {
            answer = post(cli, query, body, unstarted);
        } catch (EngineException e) {
            boolean missing = e.code() == 404 && e.words().startsWith("No such image");
            if (!missing || !pull.equals("missing")) throw e;
            cli.warn("Unable to find image '" + ImageName.tagged(image) + "' locally");
            pull(cli, flags);
            answer = post(cli, query, body, unstarted);
        }
        for (Object warning : Json.list(answer.get("Warnings"))) cli.warn("WARNING: " + warning);
        return Json.text(answer, "Id");
    }

    private static Map<String, @Nullable Object> post(Cli cli, String query, byte[] body, @Nullable Unstarted unstarted)
            throws IOException {
        String target = "/containers/create" + query;
        if (unstarted == null) return Json.map(cli.json("POST", target, body));
        Map<String, @Nullable Object> answer = unstarted.ask(() -> Json.map(cli.json("POST", target, body)));
        unstarted.made(Json.text(answer, "Id"));
        return answer;
    }

    /** What is pulled on the way to something else is told on standard error. */
    private static void pull(Cli cli, Flags flags) throws IOException {
        Pull.image(cli, flags.first(), false, flags.get("platform", ""), flags.is("quiet"), true);
    }
}
