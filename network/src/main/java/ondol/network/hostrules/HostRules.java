package ondol.network.hostrules;

import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import ondol.linux.Errno;
import ondol.linux.KernelException;
import ondol.linux.nftables.Element;
import ondol.linux.nftables.Nftables;
import ondol.linux.nftables.RulesetWatch;
import ondol.linux.nftables.Table;
import ondol.linux.nftables.Transaction;
import org.jspecify.annotations.Nullable;

/**
 * Sees to it that a published port is reached from outside exactly when the machine's rules would let that packet in to a
 * program of the machine. Follows the rules when they change, some hundredths of a second later. Safe for use by many
 * threads. Where nothing is published there is nothing in the packet filter and nothing is watched.
 */
public final class HostRules implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(HostRules.class.getName());

    /** How the names of all tables begin that Ondol makes: their rules are not the machine's. */
    static final String OWN = "ondol";

    private final Nftables nftables;
    private final String prefix;
    private Set<Port> ports = Set.of();
    private Set<String> inside = Set.of();
    private List<HostCopy> copies = List.of();
    private List<String> warnings = List.of();
    private @Nullable RulesetWatch watch;
    private boolean closed;

    /**
     * A port that is published.
     *
     * @param protocol {@code Packet.TCP}, {@code UDP} or {@code SCTP}
     */
    public record Port(int protocol, int number) {}

    private HostRules(Nftables nftables, String prefix) {
        this.nftables = nftables;
        this.prefix = prefix + "-host-";
    }

    /**
     * Guards ports of the calling thread's network namespace.
     *
     * @param engine how the names of this engine's tables begin; it begins with {@code ondol}
     * @throws KernelException where the kernel has no nf_tables
     */
    public static HostRules open(String engine) {
        if (!engine.startsWith(OWN)) {
            throw new IllegalArgumentException("the name of a table of ours begins with " + OWN + ": " + engine);
        }
        return new HostRules(Nftables.open(), engine);
    }

    /**
     * Guards these ports from now on, and no others: to be called before a port is translated, and after it no longer is.
     *
     * @param ports all that are published at any address
     * @param inside the network interfaces that are not outside: bridges of ours
     * @throws KernelException where the kernel refuses
     */
    public synchronized void update(Set<Port> ports, Set<String> inside) {
        boolean begin = this.ports.isEmpty() && !ports.isEmpty();
        Set<Port> before = this.ports;
        Set<String> insideBefore = this.inside;
        this.ports = Set.copyOf(ports);
        this.inside = Set.copyOf(inside);
        if (ports.isEmpty()) {
            end();
        } else if (begin) {
            watch();
            rebuild();
        } else if (!change(before, insideBefore)) {
            rebuild();
        }
    }

    /** Changes ports and interfaces alone; false where the copies are not as they were left: somebody flushed all rules. */
    private boolean change(Set<Port> portsBefore, Set<String> insideBefore) {
        Transaction changes = new Transaction();
        for (HostCopy copy : copies) {
            copy.update(changes, portsBefore, ports, insideBefore, inside);
        }
        try {
            nftables.apply(changes);
            return true;
        } catch (KernelException e) {
            if (e.errno() == Errno.ENOENT) {
                return false;
            }
            throw e;
        }
    }

    private void watch() {
        if (watch == null) {
            watch = RulesetWatch.begin(OWN, this::follow);
        }
    }

    private synchronized void follow() {
        if (!closed && !ports.isEmpty()) {
            rebuild();
        }
    }

    private void end() {
        if (watch != null) {
            watch.close();
            watch = null;
        }
        copies = List.of();
        warnings = List.of();
        nftables.apply(without(Set.of()));
    }

    private void rebuild() {
        List<String> said = new ArrayList<>();
        LegacyRules.warning().ifPresent(said::add);
        List<HostCopy> found = HostCopy.find(nftables, prefix);
        try {
            apply(found);
        } catch (KernelException e) {
            LOG.log(Level.DEBUG, "not every rule of the machine could be copied: {0}", e.getMessage());
            found.forEach(copy -> copy.leaveOutWhatTheKernelRefuses(nftables));
            apply(found);
        }
        found.forEach(copy -> said.addAll(copy.warnings()));
        copies = found;
        if (!said.equals(warnings)) {
            said.forEach(warning -> LOG.log(Level.WARNING, warning));
        }
        warnings = List.copyOf(said);
    }

    private void apply(List<HostCopy> found) {
        Set<Table> kept = new LinkedHashSet<>();
        found.forEach(copy -> kept.add(copy.table()));
        Transaction all = without(kept);
        found.forEach(copy -> copy.make(all, ports, inside));
        nftables.apply(all);
    }

    /** Deletes the copies of what is no more. */
    private Transaction without(Set<Table> kept) {
        Transaction deleting = new Transaction();
        for (Table table : nftables.tables()) {
            if (table.name().startsWith(prefix) && !kept.contains(table)) {
                deleting.deleteTable(table);
            }
        }
        return deleting;
    }

    /** In words, for people: which rules of the machine do not guard published ports, and why. */
    public synchronized List<String> warnings() {
        return warnings;
    }

    /** Follows changes no more. What guards published ports stays, as the ports do. */
    @Override
    public synchronized void close() {
        closed = true;
        if (watch != null) {
            watch.close();
            watch = null;
        }
        nftables.close();
    }

    static List<Element> elements(Set<Port> ports) {
        return ports.stream().map(HostCopy::element).toList();
    }
}
