package ondol.network.dns;

import java.net.InetAddress;
import java.util.List;

/** Whom a container's foreign questions are handed on to. Resolvers are reached from the host's network, at port 53. */
public sealed interface Upstreams {
    /** The resolvers of the host's {@code /etc/resolv.conf}, as it is when the question comes. */
    record OfHost() implements Upstreams {}

    /** These, in this order ({@code --dns}). */
    record Given(List<InetAddress> addresses) implements Upstreams {
        public Given {
            addresses = List.copyOf(addresses);
        }
    }

    static Upstreams ofHost() {
        return new OfHost();
    }

    /**
     * @param addresses at most three are used, as in {@code man 5 resolv.conf}; none where they are empty: foreign names do
     *     not exist, as in a network that is {@code --internal}
     */
    static Upstreams of(List<InetAddress> addresses) {
        return new Given(addresses);
    }

    static Upstreams none() {
        return new Given(List.of());
    }
}
