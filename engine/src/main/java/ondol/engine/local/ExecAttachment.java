package ondol.engine.local;

import ondol.engine.AttachOptions;
import ondol.engine.Attachment;
import ondol.engine.OutputReader;
import ondol.linux.Descriptor;
import ondol.linux.keeper.Minder;
import org.jspecify.annotations.Nullable;

/** A client at an execution's streams. */
final class ExecAttachment implements Attachment {
    private final boolean terminal;
    private final Minder minder;
    private final OutputReader output;
    private final @Nullable Descriptor input;
    private final Runnable detached;
    private boolean inputGone;

    ExecAttachment(Execution execution, Minder minder, boolean terminal, AttachOptions options, Runnable detached) {
        this.detached = detached;
        this.terminal = terminal;
        this.minder = minder;
        Descriptor out = terminal ? minder.terminal() : minder.stdout();
        Descriptor in = terminal ? minder.terminal() : minder.stdin();
        this.input = in == null || !options.stdin() ? null : Nonblocking.copy(in);
        this.output = new PipeReader(
                out == null ? null : Nonblocking.copy(out),
                terminal || minder.stderr() == null ? null : Nonblocking.copy(minder.stderr()),
                execution.ended);
    }

    @Override
    public boolean tty() {
        return terminal;
    }

    @Override
    public OutputReader output() {
        return output;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
        if (input == null || inputGone) {
            return;
        }
        try {
            inputGone = !Nonblocking.write(input, bytes, offset, length);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void closeStdin() {
        if (!terminal && input != null) {
            inputGone = true;
            input.close();
            minder.closeStdin();
        }
    }

    @Override
    public void close() {
        output.close();
        inputGone = true;
        if (input != null) {
            input.close();
        }
    }

    @Override
    public void detached() {
        detached.run();
    }
}
