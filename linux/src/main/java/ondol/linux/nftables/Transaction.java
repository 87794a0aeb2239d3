package ondol.linux.nftables;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import ondol.linux.netlink.Request;

/**
 * Changes that happen together or not at all, in this order ({@link Nftables#apply}). To add what is there already changes
 * nothing and is no error, but for rules, which are added again, and for a map's element that has another value; to delete
 * what is not there is an error.
 */
public final class Transaction {
    private static final int CHAIN_NAME = 3;
    private static final int CHAIN_HOOK = 4;
    private static final int CHAIN_POLICY = 5;
    private static final int CHAIN_TYPE = 7;
    private static final int HOOK_NUMBER = 1;
    private static final int HOOK_PRIORITY = 2;

    /** A message's attribute has 64 KiB at most; an element takes 500 bytes at most. */
    private static final int ELEMENTS_AT_ONCE = 100;

    private final List<Request> requests = new ArrayList<>();
    private int sets;

    List<Request> requests() {
        return requests;
    }

    /** Whether there is nothing in it. */
    public boolean isEmpty() {
        return requests.isEmpty();
    }

    public Transaction addTable(Table table) {
        return add(Messages.of("newtable", Messages.NEWTABLE, Messages.NLM_F_CREATE, table, ""));
    }

    /** Deletes a table with all that is in it. */
    public Transaction deleteTable(Table table) {
        return add(Messages.of("deltable", Messages.DELTABLE, 0, table, ""));
    }

    /** Makes a table that is empty, whether there was one before or not. */
    public Transaction replaceTable(Table table) {
        return addTable(table).deleteTable(table).addTable(table);
    }

    /** Adds a chain; of a base chain that is there already, its policy is set. */
    public Transaction addChain(Table table, Chain chain) {
        Request request = Messages.of("newchain", Messages.NEWCHAIN, Messages.NLM_F_CREATE, table, chain.name())
                .attribute(CHAIN_NAME, chain.name());
        Chain.Base base = chain.base();
        if (base != null) {
            request.nested(
                    CHAIN_HOOK,
                    () -> request.attributeBig(HOOK_NUMBER, base.hook().number())
                            .attributeBig(HOOK_PRIORITY, base.priority()));
            request.attributeBig(CHAIN_POLICY, base.policy().code());
            request.attribute(CHAIN_TYPE, base.type());
        }
        return add(request);
    }

    /** Deletes a chain and its rules; nothing may jump to it. */
    public Transaction deleteChain(Table table, String chain) {
        return add(Messages.of("delchain", Messages.DELCHAIN, 0, table, chain).attribute(CHAIN_NAME, chain));
    }

    /** Deletes all rules of a chain. */
    public Transaction flushChain(Table table, String chain) {
        return add(Messages.of("delrule", Messages.DELRULE, 0, table, chain).attribute(RuleMessages.CHAIN, chain));
    }

    public Transaction addSet(Table table, NamedSet set) {
        return add(SetMessages.add(table, set, nextSet()));
    }

    /**
     * Adds a set that another table of the same family has, as it is but for the counters of its elements. One that belongs
     * to a rule there becomes one with a name. Chains that it leads to are looked for in this table, under the same names.
     *
     * @param contents as {@link Nftables#contents} shows them
     */
    public Transaction addSet(Table table, ListedSet set, List<ListedElement> contents) {
        add(SetCopies.add(table, set, nextSet()));
        List<ListedElement> sorted =
                contents.stream().sorted(SetCopies.IN_ORDER).toList();
        for (int from = 0; from < sorted.size(); from += ELEMENTS_AT_ONCE) {
            List<ListedElement> some = sorted.subList(from, Math.min(sorted.size(), from + ELEMENTS_AT_ONCE));
            add(SetCopies.elements(table, set, some));
        }
        return this;
    }

    /** Deletes a set; no rule may use it. */
    public Transaction deleteSet(Table table, String set) {
        return add(Messages.of("delset", Messages.DELSET, 0, table, set).attribute(SetMessages.NAME, set));
    }

    /** Deletes all elements of a set. */
    public Transaction flushSet(Table table, String set) {
        return add(
                Messages.of("delsetelem", Messages.DELSETELEM, 0, table, set).attribute(SetMessages.ELEMENTS_SET, set));
    }

    public Transaction addElements(Table table, NamedSet set, Element... elements) {
        return addElements(table, set, Arrays.asList(elements));
    }

    /**
     * Adds elements to a set.
     *
     * @param set as it was made; only its key, data and intervals matter
     * @throws IllegalArgumentException for an element that does not fit
     */
    public Transaction addElements(Table table, NamedSet set, List<Element> elements) {
        for (List<Element> some : parts(elements)) {
            add(SetMessages.elements("newsetelem", Messages.NEWSETELEM, Messages.NLM_F_CREATE, table, set, some, true));
        }
        return this;
    }

    public Transaction deleteElements(Table table, NamedSet set, Element... elements) {
        return deleteElements(table, set, Arrays.asList(elements));
    }

    /** Deletes elements of a set; their keys, and the ends of ranges, are what counts. */
    public Transaction deleteElements(Table table, NamedSet set, List<Element> elements) {
        for (List<Element> some : parts(elements)) {
            add(SetMessages.elements("delsetelem", Messages.DELSETELEM, 0, table, set, some, false));
        }
        return this;
    }

    private static List<List<Element>> parts(List<Element> elements) {
        List<List<Element>> parts = new ArrayList<>();
        for (int from = 0; from < elements.size(); from += ELEMENTS_AT_ONCE) {
            parts.add(elements.subList(from, Math.min(elements.size(), from + ELEMENTS_AT_ONCE)));
        }
        return parts;
    }

    /** Adds a rule at a chain's end. */
    public Transaction addRule(Table table, String chain, Rule rule) {
        return add(RuleMessages.add(Messages.NLM_F_APPEND, table, chain, rule, null));
    }

    /** Adds a rule at a chain's end. */
    public Transaction addRule(Table table, String chain, Statement... statements) {
        return addRule(table, chain, Rule.of(statements));
    }

    /** Adds a rule at a chain's beginning. */
    public Transaction insertRule(Table table, String chain, Rule rule) {
        return add(RuleMessages.add(0, table, chain, rule, null));
    }

    /** Adds a rule before another one, which its handle names. */
    public Transaction insertRule(Table table, String chain, Rule rule, long before) {
        return add(RuleMessages.add(0, table, chain, rule, before));
    }

    /**
     * Adds a rule that another table of the same family has, at a chain's end, as it is; its counter goes on from where it
     * was. The chains that it jumps to and the sets that it uses are looked for in this table, under the same names ({@link
     * ListedRule#verdicts}, {@link ListedRule#sets}). Of the targets of iptables that belong to one of its tables REJECT can
     * be copied; the kernel refuses the others.
     */
    public Transaction addRule(Table table, String chain, ListedRule rule) {
        return add(RuleMessages.copy(table, chain, rule));
    }

    /** Deletes a rule. */
    public Transaction deleteRule(Table table, String chain, long handle) {
        return add(Messages.of("delrule", Messages.DELRULE, 0, table, chain + " handle " + handle)
                .attribute(RuleMessages.CHAIN, chain)
                .attributeBig(RuleMessages.HANDLE, handle));
    }

    /** A number for another set of this transaction. */
    int nextSet() {
        sets++;
        return sets;
    }

    Transaction add(Request request) {
        requests.add(request);
        return this;
    }
}
