package ondol.network.dns;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Where one container asks: sockets at 127.0.0.11, port 53, in its network namespace. */
public final class Scope implements AutoCloseable {
    private final DnsServer server;
    private final String container;
    private final Responder.View view;
    private final Set<Exchange> exchanges = new LinkedHashSet<>(); // of the loop's thread
    private volatile Upstreams upstreams;

    Scope(DnsServer server, String container, Responder.View view, Upstreams upstreams) {
        this.server = server;
        this.container = container;
        this.view = view;
        this.upstreams = upstreams;
    }

    /** The ID of the container that asks here; empty for the host. */
    public String container() {
        return container;
    }

    /** Whom foreign questions are handed on to. */
    public Upstreams upstreams() {
        return upstreams;
    }

    /** Changes whom foreign questions are handed on to, such as when the container leaves its last outward network. */
    public void upstreams(Upstreams changed) {
        upstreams = changed;
    }

    void asked(Client client, byte[] question) {
        server.asked(this, client, question);
    }

    Responder.View view() {
        return view;
    }

    Set<Exchange> exchanges() {
        return exchanges;
    }

    void dropExchanges() {
        List.copyOf(exchanges).forEach(Exchange::drop);
    }

    /** Closes the sockets soon, from any thread; a second time does nothing. They hold the namespace until then. */
    @Override
    public void close() {
        server.detach(this);
    }
}
