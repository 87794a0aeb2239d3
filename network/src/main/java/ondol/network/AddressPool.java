package ondol.network;

import java.math.BigInteger;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import ondol.network.NetworkException.Reason;
import org.jspecify.annotations.Nullable;

/**
 * The addresses of one subnet and who has which. It is kept in memory alone: what was given out is part of the records of
 * those who have it, and is {@linkplain #restore restored} from them. Safe for use by many threads.
 */
public final class AddressPool {
    /** An address that was given back is not given out again for so long: others still know its last owner. */
    private static final long REST = 2_000_000_000L;

    private static final int MOST_RESTING = 256;

    private final Subnet subnet;
    private final Subnet range;
    private final @Nullable InetAddress gateway;
    private final LongSupplier clock;
    private final Set<BigInteger> kept = new HashSet<>();
    private final Map<BigInteger, Lease> leases = new HashMap<>(); // guarded by this
    private final Map<BigInteger, Long> resting = new LinkedHashMap<>(); // guarded by this
    private BigInteger hint; // guarded by this: nothing below it is free

    /**
     * Who has an address.
     *
     * @param owner such as an endpoint's ID
     * @param fixed whether the user asked for this very address
     */
    public record Lease(String owner, boolean fixed) {}

    /**
     * The pool of a subnet.
     *
     * @param range from which addresses are given out that nobody asked for by name; the subnet itself, or a part of it
     * @param gateway the network's own address; null where it has none
     * @param auxiliary addresses that others have
     * @throws NetworkException where one of them is not in the subnet
     */
    public AddressPool(
            Subnet subnet, @Nullable Subnet range, @Nullable InetAddress gateway, Iterable<InetAddress> auxiliary) {
        this(subnet, range, gateway, auxiliary, System::nanoTime);
    }

    AddressPool(
            Subnet subnet,
            @Nullable Subnet range,
            @Nullable InetAddress gateway,
            Iterable<InetAddress> auxiliary,
            LongSupplier clock) {
        this.subnet = subnet;
        this.range = range == null ? subnet : range;
        this.gateway = gateway;
        this.clock = clock;
        if (!subnet.covers(this.range)) {
            throw new NetworkException(Reason.INVALID, "ip-range %s is not in subnet %s".formatted(range, subnet));
        }
        if (gateway != null) {
            keep("gateway", gateway);
        }
        for (InetAddress address : auxiliary) {
            keep("auxiliary address", address);
        }
        this.hint = this.range.first();
    }

    private void keep(String what, InetAddress address) {
        if (!subnet.contains(address)) {
            throw new NetworkException(
                    Reason.INVALID, "%s %s is not in subnet %s".formatted(what, Addresses.text(address), subnet));
        }
        kept.add(Subnet.number(address));
    }

    /** The address that a network takes for itself where nobody says one: the first that a host may have. */
    public static InetAddress firstHost(Subnet subnet) {
        return subnet.bits() - subnet.length() < 2 ? subnet.address() : subnet.at(1);
    }

    public Subnet subnet() {
        return subnet;
    }

    public Subnet range() {
        return range;
    }

    public @Nullable InetAddress gateway() {
        return gateway;
    }

    /**
     * Gives out the lowest free address of the range.
     *
     * @param owner who has it now
     * @param gives whether an owner gives an address up that nobody asked for by name; asked only where none is free
     * @throws NetworkException {@code FULL}
     */
    public synchronized InetAddress lease(String owner, Predicate<String> gives) {
        wake();
        BigInteger free = lowest();
        if (free == null && !resting.isEmpty()) {
            free = oldestResting();
        }
        if (free == null) {
            free = givenUp(gives);
        }
        if (free == null) {
            throw new NetworkException(
                    Reason.FULL,
                    "no address is free in %s: %d are given out; remove containers, or make a network with a larger subnet"
                            .formatted(range, leases.size()));
        }
        leases.put(free, new Lease(owner, false));
        resting.remove(free);
        return address(free);
    }

    private @Nullable BigInteger lowest() {
        BigInteger last = range.last();
        boolean gapless = true;
        for (BigInteger at = hint; at.compareTo(last) <= 0; at = at.add(BigInteger.ONE)) {
            if (leases.containsKey(at) || !usable(at)) {
                if (gapless) {
                    hint = at.add(BigInteger.ONE);
                }
                continue;
            }
            gapless = false;
            if (!resting.containsKey(at)) {
                return at;
            }
        }
        return null;
    }

    private @Nullable BigInteger oldestResting() {
        for (BigInteger at : resting.keySet()) {
            if (range.contains(address(at)) && !leases.containsKey(at)) {
                return at;
            }
        }
        return null;
    }

    private @Nullable BigInteger givenUp(Predicate<String> gives) {
        for (Map.Entry<BigInteger, Lease> lease : leases.entrySet()) {
            Lease of = lease.getValue();
            if (!of.fixed() && range.contains(address(lease.getKey())) && gives.test(of.owner())) {
                return lease.getKey();
            }
        }
        return null;
    }

    /** Neither the network's own, nor that of its broadcasts, nor kept for others. */
    private boolean usable(BigInteger number) {
        if (kept.contains(number)) {
            return false;
        }
        if (subnet.bits() - subnet.length() < 2) {
            return true; // RFC 3021, RFC 6164: a pair, or one alone
        }
        boolean broadcast = !subnet.ipv6() && number.equals(subnet.last());
        return !broadcast && !number.equals(subnet.first());
    }

    /**
     * Gives out this very address.
     *
     * @throws NetworkException {@code INVALID} where it is not in the subnet, {@code TAKEN} where somebody has it
     */
    public synchronized void lease(InetAddress address, String owner) {
        if (!subnet.contains(address)) {
            throw new NetworkException(
                    Reason.INVALID,
                    "address %s is not in the network's subnet %s".formatted(Addresses.text(address), subnet));
        }
        BigInteger number = Subnet.number(address);
        if (!usable(number)) {
            throw new NetworkException(
                    Reason.TAKEN,
                    "address %s is already in use: the network %s keeps it for itself"
                            .formatted(Addresses.text(address), subnet));
        }
        Lease lease = leases.putIfAbsent(number, new Lease(owner, true));
        if (lease != null && !lease.owner().equals(owner)) {
            throw new NetworkException(
                    Reason.TAKEN,
                    "address %s is already in use by %s".formatted(Addresses.text(address), lease.owner()));
        }
        resting.remove(number);
    }

    /**
     * Notes an address that was given out before. Who comes second does not get it.
     *
     * @return whether the owner has it now
     */
    public synchronized boolean restore(InetAddress address, String owner, boolean fixed) {
        if (!subnet.contains(address) || !usable(Subnet.number(address))) {
            return false;
        }
        Lease lease = leases.putIfAbsent(Subnet.number(address), new Lease(owner, fixed));
        return lease == null || lease.owner().equals(owner);
    }

    /** Whether this owner has this address. */
    public synchronized boolean has(InetAddress address, String owner) {
        Lease lease = leases.get(Subnet.number(address));
        return lease != null && lease.owner().equals(owner);
    }

    /** Takes an address back from an owner; where it has another owner nothing is done. */
    public synchronized void release(InetAddress address, String owner) {
        BigInteger number = Subnet.number(address);
        Lease lease = leases.get(number);
        if (lease == null || !lease.owner().equals(owner)) {
            return;
        }
        leases.remove(number);
        hint = hint.min(number).max(range.first());
        resting.remove(number);
        resting.put(number, clock.getAsLong());
        if (resting.size() > MOST_RESTING) {
            resting.remove(resting.keySet().iterator().next());
        }
    }

    /** How many are given out. */
    public synchronized int size() {
        return leases.size();
    }

    private void wake() {
        long now = clock.getAsLong();
        Iterator<Long> since = resting.values().iterator();
        while (since.hasNext() && now - since.next() > REST) {
            since.remove();
        }
    }

    private InetAddress address(BigInteger number) {
        return Subnet.address(number, subnet.bits() / 8);
    }
}
