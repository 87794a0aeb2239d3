package ondol.network.dns;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.Rcode;

/**
 * A container's question on its way to resolvers, one after the other, until one answers. At most three attempts are made,
 * each for a limited time, so that whoever asked has an answer before it asks again by itself.
 */
final class Exchange implements Runnable {
    private static final System.Logger LOG = System.getLogger(Exchange.class.getName());
    private static final int ATTEMPTS = 3;

    private final Forwarder forwarder;
    private final Scope scope;
    private final Client client;
    private final Reply.HandOn what;
    private final byte[] question;
    private final int id;
    private final List<InetSocketAddress> resolvers;
    private int attempts;
    private @Nullable Attempt attempt;
    private byte @Nullable [] refused;
    private boolean over;

    Exchange(
            Forwarder forwarder,
            Scope scope,
            Client client,
            byte[] question,
            Reply.HandOn what,
            List<InetSocketAddress> resolvers) {
        this.forwarder = forwarder;
        this.scope = scope;
        this.client = client;
        this.what = what;
        this.question = question.clone();
        this.id = Wire.id(question);
        this.resolvers = new ArrayList<>(resolvers);
    }

    /** Asks the next resolver; the one that was asked comes last from now on. */
    void next() {
        while (attempts < ATTEMPTS && !resolvers.isEmpty()) {
            attempts++;
            Wire.id(question, forwarder.randomId());
            try {
                attempt = Attempt.begin(forwarder.loop(), this, resolvers.getFirst(), question, client.tcp());
                forwarder.late().begin(this);
                return;
            } catch (IOException e) {
                LOG.log(Level.DEBUG, "the resolver {0} cannot be asked: {1}", resolvers.getFirst(), e.getMessage());
                resolvers.removeFirst();
            }
        }
        byte[] last = refused;
        finish(last != null ? last : Wire.refusal(question, Rcode.SERVFAIL));
    }

    /** The resolver does not answer in time. */
    @Override
    public void run() {
        InetSocketAddress late = resolvers.removeFirst();
        forwarder.suspect(late);
        resolvers.addLast(late);
        again();
    }

    /** The resolver cannot be reached. */
    void failed(Attempt of) {
        if (of == attempt) {
            resolvers.removeFirst();
            again();
        }
    }

    /** Something came from the resolver's address. */
    void heard(Attempt of, byte[] answer) {
        if (of != attempt || !Wire.answers(answer, question, what.end())) {
            return; // not what was asked: the true answer may still come
        }
        forwarder.trust(resolvers.getFirst());
        int rcode = Wire.rcode(answer);
        if (rcode == Rcode.SERVFAIL || rcode == Rcode.REFUSED || Wire.count(answer, 0) != 1) {
            refused = Wire.count(answer, 0) == 1 ? answer : refused;
            resolvers.removeFirst();
            again();
            return;
        }
        finish(forwarder.told(scope, what, answer) ? answer : Wire.refusal(question, Rcode.SERVFAIL));
    }

    private void again() {
        stop();
        next();
    }

    private void stop() {
        forwarder.late().end(this);
        if (attempt != null) {
            attempt.close();
            attempt = null;
        }
    }

    private void finish(byte[] answer) {
        drop();
        Wire.id(answer, id);
        boolean fits = client.tcp() || answer.length <= what.limit();
        client.send(fits ? answer : Wire.cut(answer, what.end()));
    }

    /** Ends it without an answer. */
    void drop() {
        if (!over) {
            over = true;
            stop();
            forwarder.ended(this, scope);
        }
    }
}
