package ondol.network.dns;

import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.xbill.DNS.Rcode;

/** Hands questions on to resolvers and answers back. Used by the loop's thread alone. */
final class Forwarder {
    private static final System.Logger LOG = System.getLogger(Forwarder.class.getName());
    private static final Duration ATTEMPT = Duration.ofMillis(1500);

    /** A resolver that did not answer in time is asked last for so long. */
    private static final long SUSPECTED_NANOS = Duration.ofSeconds(10).toNanos();

    private static final int MOST_SUSPECTS = 256;
    private static final int MOST_RESOLVERS = 3;
    private static final int PORT = 53;

    /** Each takes a descriptor and its question's memory. */
    private static final int MOST_AT_ONCE = 1024;

    /** One container cannot take it all. */
    private static final int MOST_OF_ONE_SCOPE = 128;

    private final Loop loop;
    private final HostResolvers host;
    private final ForwardRules rules;
    private final Deadlines late;
    private final SecureRandom random = new SecureRandom();
    private final Map<InetSocketAddress, Long> suspects = new LinkedHashMap<>();
    private int atOnce;

    Forwarder(Loop loop, HostResolvers host, ForwardRules rules) {
        this.loop = loop;
        this.host = host;
        this.rules = rules;
        this.late = loop.deadlines(ATTEMPT);
    }

    void handOn(Scope scope, Client client, byte[] question, Reply.HandOn what) {
        if (isNone(scope.upstreams()) || !rules.mayAsk(scope.container(), what.name())) {
            client.send(Wire.refusal(question, Rcode.NXDOMAIN));
            return;
        }
        if (atOnce >= MOST_AT_ONCE || scope.exchanges().size() >= MOST_OF_ONE_SCOPE) {
            client.send(Wire.refusal(question, Rcode.SERVFAIL));
            return;
        }
        atOnce++;
        Exchange exchange = new Exchange(this, scope, client, question, what, resolvers(scope.upstreams()));
        scope.exchanges().add(exchange);
        exchange.next();
    }

    private static boolean isNone(Upstreams upstreams) {
        return upstreams instanceof Upstreams.Given(List<InetAddress> addresses) && addresses.isEmpty();
    }

    /** In their order, but the suspected ones after the others. */
    private List<InetSocketAddress> resolvers(Upstreams upstreams) {
        List<InetAddress> addresses = switch (upstreams) {
            case Upstreams.OfHost() -> host.addresses();
            case Upstreams.Given(List<InetAddress> given) -> given;
        };
        List<InetSocketAddress> good = new ArrayList<>(MOST_RESOLVERS);
        List<InetSocketAddress> suspected = new ArrayList<>(0);
        for (InetAddress address : addresses.subList(0, Math.min(MOST_RESOLVERS, addresses.size()))) {
            InetSocketAddress resolver = new InetSocketAddress(address, PORT);
            Long until = suspects.get(resolver);
            (until != null && until - System.nanoTime() > 0 ? suspected : good).add(resolver);
        }
        good.addAll(suspected);
        return good;
    }

    void ended(Exchange exchange, Scope scope) {
        atOnce--;
        scope.exchanges().remove(exchange);
    }

    void suspect(InetSocketAddress resolver) {
        suspects.remove(resolver);
        if (suspects.size() >= MOST_SUSPECTS) {
            suspects.remove(suspects.keySet().iterator().next());
        }
        suspects.put(resolver, System.nanoTime() + SUSPECTED_NANOS);
    }

    void trust(InetSocketAddress resolver) {
        suspects.remove(resolver);
    }

    /** Tells the rules what was answered; false where they could not be told, so that the answer must not be used. */
    boolean told(Scope scope, Reply.HandOn what, byte[] answer) {
        if (rules == ForwardRules.ALL || Wire.rcode(answer) != Rcode.NOERROR) {
            return true;
        }
        try {
            Optional<Addresses> found = Addresses.of(answer);
            found.ifPresent(some -> rules.answered(scope.container(), what.name(), some.addresses(), some.ttl()));
            return true;
        } catch (RuntimeException e) {
            LOG.log(Level.WARNING, "the answer about " + what.name() + " was kept from a container", e);
            return false;
        }
    }

    Loop loop() {
        return loop;
    }

    Deadlines late() {
        return late;
    }

    /** What a forger would have to guess, beside the port. */
    int randomId() {
        return random.nextInt(1 << 16);
    }
}
