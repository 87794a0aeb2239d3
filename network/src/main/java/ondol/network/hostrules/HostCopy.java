package ondol.network.hostrules;

import static ondol.linux.nftables.Load.concat;
import static ondol.linux.nftables.Packet.dport;
import static ondol.linux.nftables.Packet.iifname;
import static ondol.linux.nftables.Packet.l4proto;
import static ondol.linux.nftables.Packet.toLocalAddress;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import ondol.linux.KernelException;
import ondol.linux.nftables.Action;
import ondol.linux.nftables.Chain;
import ondol.linux.nftables.Data;
import ondol.linux.nftables.Element;
import ondol.linux.nftables.Family;
import ondol.linux.nftables.Hook;
import ondol.linux.nftables.ListedChain;
import ondol.linux.nftables.ListedElement;
import ondol.linux.nftables.ListedRule;
import ondol.linux.nftables.ListedSet;
import ondol.linux.nftables.NamedSet;
import ondol.linux.nftables.Nftables;
import ondol.linux.nftables.Rule;
import ondol.linux.nftables.Statement;
import ondol.linux.nftables.Table;
import ondol.linux.nftables.Transaction;
import ondol.linux.nftables.Type;
import ondol.linux.nftables.Verdict;

/**
 * One base chain of the machine's at the input hook, with all that it leads to, as a table of ours where packets come in.
 * Chains and sets keep their names there.
 */
final class HostCopy {
    private static final Set<Family> FAMILIES = Set.of(Family.INET, Family.IP, Family.IP6);

    /** After connections are tracked, before destinations are translated. */
    private static final int FIRST_PRIORITY = Chain.DSTNAT - 20;

    private static final int PLACES = 19;

    private static final String BASE = "ondol-prerouting";
    private static final String GUARDED = "ondol-published";
    private static final NamedSet PUBLISHED = NamedSet.of("ondol-ports", Type.INET_PROTO, Type.INET_SERVICE);
    private static final NamedSet INSIDE = NamedSet.of("ondol-inside", Type.IFNAME);

    private final ListedChain base;
    private final Table table;
    private final int priority;
    private final Map<String, List<ListedRule>> chains = new LinkedHashMap<>();
    private final Map<ListedSet, List<ListedElement>> sets = new LinkedHashMap<>();
    private final Set<Long> leftOut = new HashSet<>();
    private final List<String> warnings = new ArrayList<>();
    private Statement refusal = Action.reject();

    private HostCopy(ListedChain base, String prefix, int place) {
        this.base = base;
        this.table = new Table(base.table().family(), prefix + base.table().name() + "-" + base.name());
        this.priority = FIRST_PRIORITY + Math.min(place, PLACES);
    }

    /** All that have anything to say, in the order in which packets meet them. */
    static List<HostCopy> find(Nftables nftables, String prefix) {
        List<ListedChain> bases = nftables.chains().stream()
                .filter(chain -> FAMILIES.contains(chain.table().family()))
                .filter(chain -> !chain.table().name().startsWith(HostRules.OWN))
                .filter(chain -> atInput(chain.chain()))
                .sorted(Comparator.comparingInt(HostCopy::priority))
                .toList();
        List<HostCopy> copies = new ArrayList<>();
        for (ListedChain chain : bases) {
            HostCopy copy = new HostCopy(chain, prefix, copies.size());
            copy.read(nftables);
            if (copy.says()) {
                copies.add(copy);
            }
        }
        return copies;
    }

    private static boolean atInput(Chain chain) {
        Chain.Base base = chain.base();
        return base != null && base.hook() == Hook.INPUT && base.type().equals("filter");
    }

    private static int priority(ListedChain chain) {
        Chain.Base base = chain.chain().base();
        return base == null ? 0 : base.priority();
    }

    private boolean drops() {
        Chain.Base there = base.chain().base();
        return there != null && there.policy().equals(Verdict.DROP);
    }

    /** Whether anything that is here could refuse a packet. */
    private boolean says() {
        return drops() || chains.values().stream().anyMatch(rules -> !rules.isEmpty());
    }

    Table table() {
        return table;
    }

    List<String> warnings() {
        return warnings;
    }

    /** Reads the chain and whatever it leads to, directly or by a map. */
    private void read(Nftables nftables) {
        Map<String, List<ListedRule>> all =
                nftables.rules(base.table()).stream().collect(Collectors.groupingBy(ListedRule::chain));
        Map<String, ListedSet> known = nftables.sets(base.table()).stream()
                .collect(Collectors.toMap(ListedSet::name, set -> set, (a, b) -> a));
        Deque<String> ahead = new ArrayDeque<>(List.of(base.name()));
        while (!ahead.isEmpty()) {
            String name = ahead.pop();
            if (chains.containsKey(name)) {
                continue;
            }
            List<ListedRule> rules = all.getOrDefault(name, List.of());
            chains.put(name, rules);
            for (ListedRule rule : rules) {
                rule.verdicts().stream().map(Verdict::chain).forEach(ahead::add);
                for (String used : rule.sets()) {
                    ListedSet set = known.get(used);
                    if (set != null && !sets.containsKey(set)) {
                        sets.put(set, nftables.contents(set));
                        sets.get(set).stream()
                                .flatMap(element -> element.verdict().stream())
                                .map(Verdict::chain)
                                .forEach(ahead::add);
                    }
                }
            }
            ahead.removeIf(String::isEmpty);
        }
    }

    /** Makes all of it anew. */
    void make(Transaction transaction, Set<HostRules.Port> ports, Set<String> inside) {
        transaction.replaceTable(table);
        chains.keySet().forEach(chain -> transaction.addChain(table, Chain.regular(chain)));
        sets.forEach((set, contents) -> transaction.addSet(table, set, contents));
        chains.values().stream()
                .flatMap(List::stream)
                .filter(rule -> !leftOut.contains(rule.handle()))
                .forEach(rule -> transaction.addRule(table, rule.chain(), adapted(rule)));
        makeEntrance(transaction, ports, inside);
    }

    private ListedRule adapted(ListedRule rule) {
        return rule.rejects() ? rule.rejectingBy(refusal) : rule;
    }

    private void makeEntrance(Transaction transaction, Set<HostRules.Port> ports, Set<String> inside) {
        transaction
                .addSet(table, PUBLISHED)
                .addElements(table, PUBLISHED, HostRules.elements(ports))
                .addSet(table, INSIDE)
                .addElements(table, INSIDE, interfaces(inside))
                .addChain(table, Chain.regular(GUARDED))
                .addRule(table, GUARDED, Verdict.jump(base.name()));
        if (drops()) {
            transaction.addRule(table, GUARDED, Rule.of(Verdict.DROP).commented("policy of " + base.name()));
        }
        transaction
                .addChain(table, Chain.filter(BASE, Hook.PREROUTING, priority))
                .addRule(
                        table,
                        BASE,
                        iifname().notIn(INSIDE),
                        concat(l4proto(), dport()).in(PUBLISHED),
                        toLocalAddress(),
                        Verdict.jump(GUARDED));
    }

    /** The ports and interfaces alone. */
    void update(
            Transaction transaction,
            Set<HostRules.Port> portsBefore,
            Set<HostRules.Port> ports,
            Set<String> insideBefore,
            Set<String> inside) {
        if (!ports.equals(portsBefore)) {
            transaction.flushSet(table, PUBLISHED.name()).addElements(table, PUBLISHED, HostRules.elements(ports));
        }
        if (!inside.equals(insideBefore)) {
            transaction.flushSet(table, INSIDE.name()).addElements(table, INSIDE, interfaces(inside));
        }
    }

    static Element element(HostRules.Port port) {
        return Element.of(Data.concat(Data.protocol(port.protocol()), Data.port(port.number())));
    }

    private static List<Element> interfaces(Set<String> inside) {
        return Stream.concat(Stream.of("lo"), inside.stream())
                .distinct()
                .map(name -> Element.of(Data.ifname(name)))
                .toList();
    }

    /** Tries each rule alone, and does without those that the kernel does not take where packets come in. */
    void leaveOutWhatTheKernelRefuses(Nftables nftables) {
        if (refused(nftables, new ArrayList<>(), refusing()) != null) {
            refusal = Verdict.DROP;
        }
        for (List<ListedRule> rules : chains.values()) {
            for (ListedRule rule : rules) {
                KernelException refused = refused(nftables, rule.sets(), rule(adapted(rule)));
                if (refused != null && leftOut.add(rule.handle())) {
                    warnings.add("rule %d of chain %s in table %s does not guard published ports (%s): %s"
                            .formatted(
                                    rule.handle(),
                                    rule.chain(),
                                    rule.table(),
                                    String.join(", ", new LinkedHashSet<>(rule.expressionNames())),
                                    refused.getMessage()));
                }
            }
        }
    }

    private interface Trial {
        void add(Transaction transaction, String chain);
    }

    private Trial refusing() {
        return (transaction, chain) -> transaction.addRule(table, chain, refusal);
    }

    private Trial rule(ListedRule rule) {
        return (transaction, chain) -> transaction.addRule(table, chain, rule);
    }

    private @org.jspecify.annotations.Nullable KernelException refused(
            Nftables nftables, List<String> used, Trial trial) {
        Transaction transaction = new Transaction().replaceTable(table);
        chains.keySet().forEach(chain -> transaction.addChain(table, Chain.regular(chain)));
        sets.forEach((set, contents) -> {
            if (used.contains(set.name())) {
                transaction.addSet(table, set, contents);
            }
        });
        transaction.addChain(table, Chain.filter(BASE, Hook.PREROUTING, priority));
        trial.add(transaction, BASE);
        try {
            nftables.check(transaction);
            return null;
        } catch (KernelException e) {
            return e;
        }
    }
}
