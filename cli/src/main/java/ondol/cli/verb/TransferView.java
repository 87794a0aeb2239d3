package ondol.cli.verb;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import ondol.cli.command.Cli;
import ondol.cli.command.CliException;
import ondol.cli.command.Output;
import ondol.cli.http.Response;
import ondol.cli.json.Json;
import ondol.cli.text.Units;
import org.jspecify.annotations.Nullable;

/** Shows how a pull or push goes on: on a terminal a line per layer that is written over, else what happened, in order. */
final class TransferView {
    private static final int WIDTH = 50;
    private static final String UP = "\u001b[%dA\u001b[2K\r";
    private static final String DOWN = "\u001b[%dB";

    /** Where a layer's speed is counted from. */
    private record Start(String status, long nanos, long bytes) {}

    private final Output out;
    private final boolean terminal;
    private final List<String> shown = new ArrayList<>();
    private final Map<String, Start> starts = new HashMap<>();

    /** @param aside whether it shows on standard error */
    TransferView(Cli cli, boolean aside) {
        this.out = aside ? cli.err() : cli.out();
        this.terminal = Cli.terminal(aside ? 2 : 1);
    }

    /** Shows all of an answer; nothing of it where {@code quiet}. An error in it ends the command. */
    void show(Response response, boolean quiet) throws IOException {
        BufferedReader lines = new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.isBlank()) continue;
            Object state = Json.parse(line);
            String error = Json.text(state, "error");
            if (!error.isEmpty()) throw new CliException(error);
            if (!quiet) show(state);
        }
    }

    /** Shows one message; nothing where it is of another kind. */
    void show(@Nullable Object state) throws IOException {
        String id = Json.text(state, "id");
        String status = Json.text(state, "status");
        if (status.isEmpty()) return;
        Object detail = Json.map(state).get("progressDetail");
        boolean counted = Json.map(detail).containsKey("current");
        String text = (id.isEmpty() ? "" : id + ": ") + status;
        if (!terminal) {
            if (!counted) out.line(text);
        } else if (id.isEmpty()) {
            shown.clear();
            out.line(text);
        } else {
            if (counted) text += " " + bar(id, status, Json.number(detail, "current"), Json.number(detail, "total"));
            over(id, text);
        }
        out.flush();
    }

    private void over(String id, String text) throws IOException {
        int at = shown.indexOf(id);
        if (at < 0) {
            shown.add(id);
            out.line("\u001b[2K\r" + text);
            return;
        }
        int up = shown.size() - at;
        out.print(UP.formatted(up) + text + "\r" + DOWN.formatted(up));
    }

    private String bar(String id, String status, long current, long total) {
        Start start = starts.get(id);
        if (start == null || !start.status().equals(status)) {
            start = new Start(status, System.nanoTime(), current);
            starts.put(id, start);
        }
        int done = total <= 0 ? 0 : (int) Math.min(WIDTH, current * WIDTH / total);
        String arrow = done < WIDTH ? ">" : "";
        double seconds = (System.nanoTime() - start.nanos()) / 1e9;
        String speed = seconds < 0.3 ? "" : "  " + Units.size((current - start.bytes()) / seconds, 3) + "/s";
        return "[" + "=".repeat(done) + arrow + " ".repeat(WIDTH - done - arrow.length()) + "]  " + Units.size(current)
                + "/" + Units.size(total) + speed;
    }
}
