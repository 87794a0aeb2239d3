package ondol.docker;

import java.io.IOException;
import ondol.engine.Output;
import ondol.engine.OutputReader;

/** Carries output from an engine to a client, piece by piece as it comes, several at once where they are there. */
final class Pump {
    private Pump() {}

    /** Returns at the end of the output. */
    static void run(OutputReader from, Frames frames, Sink to) throws IOException, InterruptedException {
        for (Output piece = from.next(); piece != null; piece = from.next()) {
            frames.add(piece);
            while (!frames.enough()) {
                Output more = from.poll();
                if (more == null) {
                    break;
                }
                frames.add(more);
            }
            to.write(frames.take());
        }
    }
}
