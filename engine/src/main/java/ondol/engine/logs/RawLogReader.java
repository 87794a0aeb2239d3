package ondol.engine.logs;

import java.io.IOException;
import java.util.Arrays;
import ondol.engine.Output;
import org.jspecify.annotations.Nullable;

/** Frames as they are. */
final class RawLogReader extends LogReader {
    RawLogReader(LogFolder folder, LogPosition from, @Nullable LogSignal follow) {
        super(folder, from, follow, null);
    }

    @Override
    @Nullable
    Output nextOutput(boolean wait) throws IOException, InterruptedException {
        if (!nextFrame(wait)) {
            return null;
        }
        FrameSource frame = source();
        byte[] bytes = Arrays.copyOfRange(frame.bytes(), frame.payload(), frame.payload() + frame.length());
        return new Output(instant(frame.time()), frame.error(), bytes, false);
    }
}
