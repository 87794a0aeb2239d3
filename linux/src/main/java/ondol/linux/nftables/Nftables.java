package ondol.linux.nftables;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import ondol.linux.Errno;
import ondol.linux.KernelException;
import ondol.linux.netlink.NetlinkSocket;
import ondol.linux.netlink.NetlinkSocket.Protocol;
import ondol.linux.netlink.Reply;
import ondol.linux.netlink.Reply.Attributes;
import ondol.linux.netlink.Request;

/**
 * The packet filter of a network namespace ({@code man 8 nft}, {@code linux/netfilter/nf_tables.h}). Safe for use by many
 * threads. All methods throw {@link KernelException} where the kernel refuses.
 */
public final class Nftables implements AutoCloseable {
    private static final int CHAIN_HANDLE = 2;
    private static final int CHAIN_NAME = 3;
    private static final int CHAIN_HOOK = 4;
    private static final int CHAIN_POLICY = 5;
    private static final int CHAIN_USE = 6;
    private static final int CHAIN_TYPE = 7;

    private final NetlinkSocket socket;

    private Nftables(NetlinkSocket socket) {
        this.socket = socket;
    }

    /** Opens the calling thread's network namespace. */
    public static Nftables open() {
        return new Nftables(NetlinkSocket.open(Protocol.NETFILTER));
    }

    /**
     * Opens another network namespace.
     *
     * @param namespace a descriptor of it; it may be closed afterwards
     */
    public static Nftables inNamespace(int namespace) {
        return new Nftables(NetlinkSocket.inNamespace(namespace, Protocol.NETFILTER));
    }

    /**
     * Asks the calling thread's namespace whether it has what a container's network takes: tables of family inet with
     * address translation and maps. Changes nothing.
     *
     * @return what the kernel said instead: it lacks nf_tables, or the caller may not; empty where all is well
     */
    public static Optional<KernelException> refusal() {
        try (Nftables nftables = open()) {
            return nftables.refusalHere();
        } catch (KernelException e) {
            return Optional.of(e);
        }
    }

    /** The same of the namespace that this is open in. */
    public Optional<KernelException> refusalHere() {
        Table table = Table.inet("ondol-probe");
        NamedSet map = NamedSet.of("map", Type.IPV4_ADDR, Type.INET_PROTO, Type.INET_SERVICE)
                .to(Type.IPV4_ADDR, Type.INET_SERVICE);
        Load key = Load.concat(Packet.ipDaddr(), Packet.l4proto(), Packet.dport());
        Chain before = Chain.nat("before", Hook.PREROUTING, Chain.DSTNAT);
        Chain after = Chain.nat("after", Hook.POSTROUTING, Chain.SRCNAT);
        Chain between = Chain.filter("between", Hook.FORWARD, Chain.FILTER);
        try {
            check(new Transaction()
                    .addTable(table)
                    .addSet(table, map)
                    .addChain(table, before)
                    .addRule(table, before.name(), Packet.toLocalAddress(), Action.dnat(key.through(map)))
                    .addChain(table, after)
                    .addRule(table, after.name(), Action.masquerade())
                    .addChain(table, between)
                    .addRule(table, between.name(), Packet.ctState(Packet.NEW), Action.counter(), Action.reject()));
            return Optional.empty();
        } catch (KernelException e) {
            return Optional.of(e);
        }
    }

    /**
     * Makes changes, all or none.
     *
     * @throws KernelException the first that the kernel refused, by its verb and where it belongs, such as {@code
     *     netfilter newrule(inet ondol forward): …}; the others that it refused are suppressed in it. Nothing has changed
     */
    public void apply(Transaction transaction) {
        send(transaction, true);
    }

    /** Lets the kernel look at changes as {@link #apply} does, without making them. */
    public void check(Transaction transaction) {
        send(transaction, false);
    }

    private void send(Transaction transaction, boolean commit) {
        if (transaction.isEmpty()) {
            return;
        }
        List<Request> requests = new ArrayList<>();
        requests.add(Messages.begin());
        requests.addAll(transaction.requests());
        int last = requests.size() - 1;
        if (commit) {
            requests.add(Messages.end());
        }
        socket.transaction(requests, last);
    }

    /** Every table of every family. */
    public List<Table> tables() {
        return socket.list(Messages.all("gettable", Messages.GETTABLE)).stream()
                .map(Nftables::table)
                .toList();
    }

    /** Every chain of every table. */
    public List<ListedChain> chains() {
        return socket.list(Messages.all("getchain", Messages.GETCHAIN)).stream()
                .map(Nftables::chain)
                .toList();
    }

    /** The chains of a table; none where there is no such table. */
    public List<ListedChain> chains(Table table) {
        return chains().stream().filter(chain -> chain.table().equals(table)).toList();
    }

    /** The rules of a chain, in order; none where there is no such chain. */
    public List<ListedRule> rules(Table table, String chain) {
        Request request = Messages.of("getrule", Messages.GETRULE, 0, table, chain);
        return rules(request.attribute(RuleMessages.CHAIN, chain)).stream()
                .filter(rule -> rule.chain().equals(chain))
                .toList();
    }

    /** The rules of all chains of a table, chain after chain. */
    public List<ListedRule> rules(Table table) {
        return rules(Messages.of("getrule", Messages.GETRULE, 0, table, ""));
    }

    private List<ListedRule> rules(Request request) {
        return dump(request).stream()
                .map(reply -> ListedRule.of(table(reply), reply.attributes(Messages.BODY)))
                .toList();
    }

    /** The sets and maps of a table, also those that belong to one rule. */
    public List<ListedSet> sets(Table table) {
        return dump(Messages.of("getset", Messages.GETSET, 0, table, "")).stream()
                .map(reply -> ListedSet.of(table(reply), reply.attributes(Messages.BODY)))
                .toList();
    }

    /** The elements of a set, in no certain order; those of intervals by their beginnings. */
    public List<Element> elements(ListedSet set) {
        return elements(set.table(), set.name(), set.hasEnds());
    }

    /** The elements of a set that was made like this. */
    public List<Element> elements(Table table, NamedSet set) {
        return elements(table, set.name(), set.intervals() && !set.isConcatenation());
    }

    /** What is in a set, as the kernel shows it, for {@link Transaction#addSet(Table, ListedSet, List)}. */
    public List<ListedElement> contents(ListedSet set) {
        Request request = Messages.of("getsetelem", Messages.GETSETELEM, 0, set.table(), set.name())
                .attribute(SetMessages.ELEMENTS_SET, set.name());
        return dump(request).stream()
                .flatMap(reply -> reply.attributes(Messages.BODY).list(SetMessages.ELEMENTS).stream())
                .map(bytes -> new ListedElement(Attributes.of(bytes)))
                .toList();
    }

    private List<Element> elements(Table table, String set, boolean hasEnds) {
        Request request =
                Messages.of("getsetelem", Messages.GETSETELEM, 0, table, set).attribute(SetMessages.ELEMENTS_SET, set);
        List<List<ByteBuffer>> lists = socket.list(request).stream()
                .map(reply -> reply.attributes(Messages.BODY).list(SetMessages.ELEMENTS))
                .toList();
        return Elements.of(lists, hasEnds);
    }

    /** Some kernels have an error, others an empty list for a table that is not there. */
    private List<Reply> dump(Request request) {
        try {
            return socket.list(request);
        } catch (KernelException e) {
            if (e.errno() == Errno.ENOENT) {
                return List.of();
            }
            throw e;
        }
    }

    static Table table(Reply reply) {
        Family family = Family.of(Byte.toUnsignedInt(reply.payload().get(0)));
        return new Table(family, reply.attributes(Messages.BODY).text(Messages.TABLE));
    }

    private static ListedChain chain(Reply reply) {
        Table table = table(reply);
        Attributes attributes = reply.attributes(Messages.BODY);
        Chain.Base base = null;
        if (attributes.has(CHAIN_HOOK)) {
            Attributes hook = attributes.nested(CHAIN_HOOK);
            base = new Chain.Base(
                    attributes.text(CHAIN_TYPE),
                    Hook.of(table.family(), hook.big32(1, 0)),
                    hook.big32(2, 0),
                    attributes.big32(CHAIN_POLICY, 1) == 0 ? Verdict.DROP : Verdict.ACCEPT);
        }
        return new ListedChain(
                table,
                new Chain(attributes.text(CHAIN_NAME), base),
                attributes.big64(CHAIN_HANDLE, 0),
                attributes.big32(CHAIN_USE, 0));
    }

    @Override
    public void close() {
        socket.close();
    }
}
