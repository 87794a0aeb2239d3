package ondol.docker;

import ondol.docker.json.BuildJson;
import ondol.docker.json.TransferJson;
import ondol.engine.BuildProgress;
import org.jspecify.annotations.Nullable;

/** How a build goes on, as lines of JSON; quietly, only its end. */
final class BuildLines extends ProgressLines implements BuildProgress {
    private final boolean quiet;
    private @Nullable Integer code;

    BuildLines(Call call, boolean quiet) {
        super(call);
        this.quiet = quiet;
    }

    @Override
    public void text(String text) {
        if (!quiet) {
            send(new BuildJson.Text(text));
        }
    }

    @Override
    public void image(String id) {
        if (!quiet) {
            send(new BuildJson.Made(new BuildJson.Aux(id)));
        }
    }

    @Override
    public void ended(int exitCode) {
        code = exitCode;
    }

    @Override
    public void status(String id, String status) {
        if (!quiet) {
            send(new TransferJson.Line(
                    status, new TransferJson.Detail(null, null), id.isEmpty() ? null : id, null, null, null));
        }
    }

    @Override
    public void bytes(String id, String status, long current, long total) {
        if (!quiet) {
            send(new TransferJson.Line(status, new TransferJson.Detail(current, total), id, null, null, null));
        }
    }

    void fail(String message) {
        send(new BuildJson.Failed(new BuildJson.Detail(code, message), message));
    }
}
