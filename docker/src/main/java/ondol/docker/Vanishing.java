package ondol.docker;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.eclipse.jetty.io.AbstractEndPoint;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Invocable;

/**
 * Notices that a client goes while its answer is not complete: HTTP itself reads nothing meanwhile. The client must not
 * send its next request before the answer's end; a client that does is served this answer and no other.
 */
final class Vanishing implements AutoCloseable {
    private final EndPoint endPoint;
    private final Runnable gone;
    private volatile boolean spoilt;

    private Vanishing(EndPoint endPoint, Runnable gone) {
        this.endPoint = endPoint;
        this.gone = gone;
    }

    /** Runs {@code gone}, which must not block, when the client closes its end. */
    static Vanishing watch(Call call, Runnable gone) {
        Vanishing watch = new Vanishing(call.endPoint(), gone);
        watch.listen();
        return watch;
    }

    private void listen() {
        endPoint.tryFillInterested(Callback.from(Invocable.InvocationType.NON_BLOCKING, this::readable, _ -> {}));
    }

    private void readable() {
        if (spoilt) {
            return;
        }
        ByteBuffer one = BufferUtil.allocate(1);
        int n;
        try {
            n = endPoint.fill(one);
        } catch (IOException e) {
            n = -1;
        }
        if (n < 0) {
            gone.run();
        } else if (n == 0) {
            listen();
        } else {
            spoilt = true;
        }
    }

    /** Stops watching; to be called before the answer's end. */
    @Override
    public void close() {
        if (spoilt) {
            return;
        }
        spoilt = true;
        if (endPoint instanceof AbstractEndPoint known) {
            known.getFillInterest().onFail(new IOException("no longer watched"));
        }
    }
}
