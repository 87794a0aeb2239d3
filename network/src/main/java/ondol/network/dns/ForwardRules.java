package ondol.network.dns;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;

/**
 * Which names a container may ask the world for, and who hears what the world answered: where rules for outgoing packets
 * by name are kept. Called by the server's only thread, so neither method may wait for more than a system call.
 */
public interface ForwardRules {
    /** Everybody may ask for everything, and nobody listens. */
    ForwardRules ALL = new ForwardRules() {
        @Override
        public boolean mayAsk(String container, String name) {
            return true;
        }

        @Override
        public void answered(String container, String name, List<InetAddress> addresses, Duration ttl) {}
    };

    /**
     * Whether a question may be handed on to a resolver. One that may not is answered with "no such name".
     *
     * @param container the ID of the container that asks
     * @param name in lower case, without a dot at the end
     */
    boolean mayAsk(String container, String name);

    /**
     * A resolver's answer, before the container gets it. What throws here is logged, and the answer is not handed on.
     *
     * @param name what was asked, in lower case, without a dot at the end
     * @param addresses what the name and the aliases (CNAME) that it leads to have; at least one
     * @param ttl for how long the answer holds, in whole seconds
     */
    void answered(String container, String name, List<InetAddress> addresses, Duration ttl);
}
