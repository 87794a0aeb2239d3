package ondol.docker;

import java.io.IOException;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import ondol.docker.json.ExecJson;
import ondol.docker.json.SystemJson;
import ondol.engine.AttachOptions;
import ondol.engine.Attachment;
import ondol.engine.Engine;
import ondol.engine.EngineException;
import ondol.engine.ExecConfig;
import ondol.engine.Execs;
import org.jspecify.annotations.Nullable;

/** Further processes in running containers. */
final class ExecApi {
    /** Failures of the execution itself. */
    private static final Set<EngineException.Kind> IN_STREAM = EnumSet.of(
            EngineException.Kind.COMMAND_NOT_FOUND,
            EngineException.Kind.COMMAND_NOT_EXECUTABLE,
            EngineException.Kind.INVALID,
            EngineException.Kind.FAILED);

    private final Execs execs;

    ExecApi(Engine engine) {
        this.execs = engine.execs();
    }

    void addTo(Router router) {
        router.post("/containers/{id}/exec", this::create)
                .post("/exec/{id}/start", this::start)
                .post("/exec/{id}/resize", this::resize)
                .get("/exec/{id}/json", this::inspect);
    }

    private void create(Call call) throws IOException {
        ExecConfig config = call.json(ExecConfig.class);
        if (config == null || config.cmd() == null || config.cmd().isEmpty()) {
            throw EngineException.invalid("No exec command specified");
        }
        call.json(201, new SystemJson.Id(execs.create(call.path("id"), config)));
    }

    private void start(Call call) throws IOException, InterruptedException {
        ExecJson.Start start = call.json(ExecJson.Start.class);
        String id = call.path("id");
        ExecConfig config = execs.inspect(id).config();
        List<Integer> size = size(start == null ? null : start.consoleSize(), config.consoleSize());
        if (start != null && Boolean.TRUE.equals(start.detach())) {
            execs.start(id, null, size);
            call.reply(200);
            return;
        }
        DetachKeys keys = DetachKeys.parse(config.detachKeys());
        boolean stdin = Boolean.TRUE.equals(config.attachStdin());
        AttachOptions options = new AttachOptions(
                stdin,
                Boolean.TRUE.equals(config.attachStdout()),
                Boolean.TRUE.equals(config.attachStderr()),
                false,
                true);
        Attachment attachment;
        try {
            attachment = execs.start(id, options, size);
        } catch (EngineException e) {
            if (!IN_STREAM.contains(e.kind())) {
                throw e;
            }
            // Docker says so in the stream; the client then asks for the exit code, 127 or 126
            String words = "OCI runtime exec failed: " + e.getMessage() + "\r\n";
            attachment = new SaidOnly(words, Boolean.TRUE.equals(config.tty()));
        }
        if (attachment == null) {
            call.reply(200);
            return;
        }
        StreamsApi.serve(call, attachment, new StreamConnection.StreamOptions(stdin, true, keys, execs.await(id)));
    }

    /** Rows and columns, where somebody said them. */
    private static @Nullable List<Integer> size(@Nullable List<Integer> now, @Nullable List<Integer> before) {
        List<Integer> size = now == null ? before : now;
        return size == null || size.size() != 2 || size.get(0) <= 0 || size.get(1) <= 0 ? null : size;
    }

    private void resize(Call call) {
        execs.resize(call.path("id"), call.size("h"), call.size("w"));
        call.reply(200);
    }

    private void inspect(Call call) {
        Execs.ExecDetails exec = execs.inspect(call.path("id"));
        ExecConfig config = exec.config();
        List<String> cmd = config.cmd() == null ? List.of() : config.cmd();
        call.jsonWithNulls(new ExecJson.Inspect(
                exec.id(),
                exec.running(),
                exec.exitCode(),
                new ExecJson.Process(
                        Boolean.TRUE.equals(config.tty()),
                        cmd.isEmpty() ? "" : cmd.getFirst(),
                        cmd.isEmpty() ? List.of() : cmd.subList(1, cmd.size()),
                        Boolean.TRUE.equals(config.privileged()),
                        config.user() == null ? "" : config.user()),
                Boolean.TRUE.equals(config.attachStdin()),
                Boolean.TRUE.equals(config.attachStderr()),
                Boolean.TRUE.equals(config.attachStdout()),
                !exec.running() && exec.exitCode() != null,
                exec.containerId(),
                "",
                exec.pid()));
    }
}
