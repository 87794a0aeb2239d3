package ondol.network;

import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import ondol.linux.KernelException;
import ondol.linux.nftables.Action;
import ondol.linux.nftables.Chain;
import ondol.linux.nftables.Data;
import ondol.linux.nftables.Family;
import ondol.linux.nftables.ListedChain;
import ondol.linux.nftables.ListedRule;
import ondol.linux.nftables.Nftables;
import ondol.linux.nftables.Packet;
import ondol.linux.nftables.Rule;
import ondol.linux.nftables.RulesetWatch;
import ondol.linux.nftables.Statement;
import ondol.linux.nftables.Table;
import ondol.linux.nftables.Transaction;
import ondol.linux.nftables.Verdict;
import org.jspecify.annotations.Nullable;

/**
 * Lets packets of our bridges pass where Docker's engine drops what it does not know: it sets the policy of the chain FORWARD
 * to DROP, and asks the chain DOCKER-USER first, which is the machine's administrator's ("Packet filtering and firewalls" of
 * Docker's documentation). There we have one rule, the last before the chain returns, so what an administrator denies there is
 * denied to our containers, too; it leads to a chain of our own, named after the engine. Rules are as {@code iptables} writes
 * them, so that it shows them:
 *
 * <pre>
 * -A DOCKER-USER -m comment --comment ondol -j ONDOL
 * -A ONDOL -o ondol0 … -j ACCEPT                      our own table decides what comes to containers
 * -A ONDOL -i ondol0 … -j DOCKER                      Docker's, of what its own containers have published
 * -A ONDOL -i ondol0 … -j DOCKER-ISOLATION-STAGE-2    Docker's, which drops the rest that goes to its networks
 * -A ONDOL -i ondol0 … -j ACCEPT
 * </pre>
 *
 * Our own table's rules hold besides. Nothing is there while no network is, nor where the policy is another or Docker was
 * never there; changes are followed, some hundredths of a second later. Safe for use by many threads.
 */
public final class DockerUser implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(DockerUser.class.getName());

    private static final List<Table> TABLES = List.of(new Table(Family.IP, "filter"), new Table(Family.IP6, "filter"));
    private static final String FORWARD = "FORWARD";
    private static final String USER = "DOCKER-USER";

    /** Chains that decide about packets to Docker's own containers, in this order; its releases differ in which they have. */
    private static final List<String> DOCKERS = List.of("DOCKER", "DOCKER-ISOLATION-STAGE-2");

    private static final String OWN = "ondol";
    private static final int TRIES = 3;

    private final Nftables nftables;
    private final String chain;
    private final Set<Table> passed = new TreeSet<>((a, b) -> a.toString().compareTo(b.toString())); // guarded by this
    private List<Firewall.Network> networks = List.of(); // guarded by this
    private @Nullable RulesetWatch watch; // guarded by this
    private boolean closed; // guarded by this

    private DockerUser(Nftables nftables, String chain) {
        this.nftables = nftables;
        this.chain = chain;
    }

    /**
     * Docker's chains in the calling thread's network namespace.
     *
     * @param engine how the names of this engine's tables begin; it begins with {@code ondol}
     * @throws KernelException where the kernel has no nf_tables
     */
    public static DockerUser open(String engine) {
        return new DockerUser(Nftables.open(), chain(engine));
    }

    /** The name of an engine's own chain: the word in capital letters, as such chains have it. */
    private static String chain(String engine) {
        if (!engine.startsWith(OWN)) {
            throw new IllegalArgumentException("the name of a table of ours begins with " + OWN + ": " + engine);
        }
        return OWN.toUpperCase(Locale.ROOT) + engine.substring(OWN.length());
    }

    /**
     * Lets these networks' packets pass from now on, and no others. What the kernel refuses is logged: there may be as much
     * as before.
     */
    public synchronized void update(Collection<Firewall.Network> networks) {
        this.networks = List.copyOf(networks);
        if (closed) {
            return;
        }
        follow();
        if (networks.isEmpty()) {
            endWatch();
        } else if (watch == null) {
            watch();
            follow(); // what changed before there was anybody who watches
        }
    }

    private void watch() {
        try {
            watch = RulesetWatch.begin(OWN, this::changed);
        } catch (KernelException e) {
            LOG.log(Level.WARNING, "changes of Docker''s rules cannot be followed: {0}", e.getMessage());
        }
    }

    private void endWatch() {
        if (watch != null) {
            watch.close();
            watch = null;
        }
    }

    private synchronized void changed() {
        if (!closed) {
            follow();
        }
    }

    private void follow() {
        for (int tries = 1; ; tries++) {
            try {
                List<ListedChain> chains = nftables.chains();
                TABLES.forEach(table -> settle(table, chains));
                return;
            } catch (KernelException e) { // another program changed something meanwhile
                if (tries == TRIES) {
                    LOG.log(Level.WARNING, "Docker''s chain {0} is left as it is: {1}", USER, e.getMessage());
                    return;
                }
            }
        }
    }

    /** Sees to it that a table has what it has to have, and changes nothing where it has. */
    private void settle(Table table, List<ListedChain> all) {
        Map<String, ListedChain> chains = all.stream()
                .filter(listed -> listed.table().equals(table))
                .collect(Collectors.toMap(ListedChain::name, listed -> listed));
        if (networks.isEmpty() || !chains.containsKey(USER) || !drops(chains.get(FORWARD))) {
            passed.remove(table);
            if (chains.containsKey(chain)) {
                remove(nftables, table, chain);
            }
            return;
        }
        Transaction changes = new Transaction();
        List<Rule> wanted = rules(chains.keySet());
        if (!chains.containsKey(chain) || !shown(nftables.rules(table, chain)).equals(names(wanted))) {
            changes.addChain(table, Chain.regular(chain)).flushChain(table, chain);
            wanted.forEach(rule -> changes.addRule(table, chain, rule));
        }
        lead(table, changes);
        nftables.apply(changes);
        passed.add(table);
    }

    private static boolean drops(@Nullable ListedChain forward) {
        Chain.Base base = forward == null ? null : forward.chain().base();
        return base != null && base.policy().equals(Verdict.DROP);
    }

    /** One rule leads from Docker's chain to ours: behind what others have there, and before the chain returns. */
    private void lead(Table table, Transaction changes) {
        List<ListedRule> theirs = nftables.rules(table, USER);
        List<ListedRule> ours = leading(theirs, chain);
        if (ours.size() == 1) {
            return;
        }
        ours.forEach(rule -> changes.deleteRule(table, USER, rule.handle()));
        Rule jump = Rule.of(Action.counter(), Verdict.jump(chain)).commented(OWN);
        ListedRule last = theirs.isEmpty() ? null : theirs.getLast();
        if (last != null && returns(last)) {
            changes.insertRule(table, USER, jump, last.handle());
        } else {
            changes.addRule(table, USER, jump);
        }
    }

    private static List<ListedRule> leading(List<ListedRule> rules, String chain) {
        return rules.stream()
                .filter(rule -> rule.verdicts().contains(Verdict.jump(chain)))
                .toList();
    }

    private static boolean returns(ListedRule rule) {
        return rule.verdicts().equals(List.of(Verdict.RETURN))
                && Set.of("counter", "immediate").containsAll(rule.expressionNames());
    }

    private List<Rule> rules(Set<String> there) {
        List<Rule> rules = new ArrayList<>();
        networks.stream()
                .map(Firewall.Network::bridge)
                .forEach(bridge ->
                        rules.add(rule(Packet.oifname().is(Data.text(bridge)), "to " + bridge, Verdict.ACCEPT)));
        for (Firewall.Network network : networks) {
            if (!network.closed()) {
                Statement comes = Packet.iifname().is(Data.text(network.bridge()));
                String from = "from " + network.bridge();
                DOCKERS.stream()
                        .filter(there::contains)
                        .forEach(name -> rules.add(rule(comes, from, Verdict.jump(name))));
                rules.add(rule(comes, from, Verdict.ACCEPT));
            }
        }
        return rules;
    }

    private static Rule rule(Statement match, String which, Verdict verdict) {
        return Rule.of(match, Action.counter(), verdict).commented("%s: %s, %s".formatted(OWN, which, verdict));
    }

    /** Rules are known again by their comments, which say all of what they do. */
    private static List<String> names(List<Rule> rules) {
        return rules.stream().map(Rule::comment).toList();
    }

    private static List<String> shown(List<ListedRule> rules) {
        return rules.stream().map(ListedRule::comment).toList();
    }

    /** Takes away a chain of ours, with what leads to it; nothing else is touched. */
    private static void remove(Nftables nftables, Table table, String chain) {
        Transaction changes = new Transaction();
        leading(nftables.rules(table, USER), chain).forEach(rule -> changes.deleteRule(table, USER, rule.handle()));
        nftables.apply(changes.flushChain(table, chain).deleteChain(table, chain));
    }

    /** The chains that drop, but let our packets pass, as {@link Firewall#foreignDrops} names them. */
    public synchronized List<String> passed() {
        return passed.stream().map(table -> table + " " + FORWARD).toList();
    }

    /** Our chains in the calling thread's network namespace, by what their engine's tables are called; of all engines. */
    public static Map<String, List<String>> all(Nftables nftables) {
        Map<String, List<String>> found = new TreeMap<>();
        String begin = chain(OWN);
        for (ListedChain one : nftables.chains()) {
            if (TABLES.contains(one.table()) && one.name().startsWith(begin)) {
                found.computeIfAbsent(OWN + one.name().substring(begin.length()), _ -> new ArrayList<>())
                        .add(one.table() + " " + one.name());
            }
        }
        return found;
    }

    /** Takes away what an engine left, which will not come back. */
    public static void remove(Nftables nftables, String engine) {
        String left = chain(engine);
        List<ListedChain> chains = nftables.chains();
        for (Table table : TABLES) {
            if (chains.stream()
                    .anyMatch(one -> one.table().equals(table) && one.name().equals(left))) {
                remove(nftables, table, left);
            }
        }
    }

    /** Follows changes no more. What is there stays, as containers do. */
    @Override
    public synchronized void close() {
        closed = true;
        endWatch();
        nftables.close();
    }
}
