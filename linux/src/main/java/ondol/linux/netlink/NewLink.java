package ondol.linux.netlink;

import org.jspecify.annotations.Nullable;

/**
 * A network interface to be made.
 *
 * @param kind what the kernel calls it, such as {@code bridge}, {@code ifb} or {@code dummy}
 * @param index the number that it gets; 0 for one of the kernel's choice
 * @param name at most 15 bytes
 * @param up whether it is switched on at once; a veth's far end cannot be
 * @param mtu in bytes; 0 for the kind's own
 * @param gso the largest IPv4 packet that TCP hands over in one piece, in bytes; 0 for the kernel's own, which is 65536
 * @param mac null for one of the kernel's choice
 * @param master the index of the bridge it becomes a port of; 0 for none
 * @param parent the index of what a macvlan or an ipvlan stands on; 0 for none
 * @param mode of a macvlan or an ipvlan; null for bridge mode, and for other kinds
 * @param namespace a descriptor of the network namespace it is made in; -1 for the socket's own. A veth that is switched
 *     on at once is in the socket's own
 * @param peer the far end of a veth; null for other kinds
 */
public record NewLink(
        String kind,
        int index,
        String name,
        boolean up,
        int mtu,
        int gso,
        @Nullable String mac,
        int master,
        int parent,
        @Nullable Mode mode,
        int namespace,
        @Nullable NewLink peer) {
    /** How a macvlan or an ipvlan and others on the same parent meet. */
    public enum Mode {
        /** macvlan: they do not reach each other, also not by a switch outside. */
        PRIVATE("macvlan", 1),
        /** macvlan: they reach each other by a switch outside that sends back. */
        VEPA("macvlan", 2),
        /** macvlan: they reach each other. */
        BRIDGE("macvlan", 4),
        /** macvlan: it is alone, and has the parent for itself. */
        PASSTHRU("macvlan", 8),
        /** ipvlan: like hosts on one link. */
        L2("ipvlan", 0),
        /** ipvlan: the parent's namespace routes, and filters what comes in. */
        L3("ipvlan", 1),
        /** ipvlan: as L3, and the parent's namespace filters what leaves too. */
        L3S("ipvlan", 2);

        private final String kind;
        private final int number;

        Mode(String kind, int number) {
            this.kind = kind;
            this.number = number;
        }

        int number() {
            return number;
        }

        /** Whether it is one of ipvlan, whose links have the parent's hardware address. */
        public boolean ipvlan() {
            return kind.equals("ipvlan");
        }
    }

    public NewLink {
        if (mode != null && !mode.kind.equals(kind)) {
            throw new IllegalArgumentException("mode " + mode + " is one of " + mode.kind + ", not of " + kind);
        }
        LinkNames.check(name);
        if (peer != null && peer.up()) {
            throw new IllegalArgumentException(
                    "a veth's far end cannot be on from the start: switch " + peer.name() + " on in its own namespace");
        }
        if (peer != null && up && namespace >= 0) {
            throw new IllegalArgumentException(
                    "a veth in another namespace cannot be on from the start: switch " + name + " on there");
        }
    }

    /** An interface of any kind that needs nothing but a name. */
    public static NewLink of(String kind, String name) {
        return new NewLink(kind, 0, name, false, 0, 0, null, 0, 0, null, -1, null);
    }

    /** A bridge ({@code man 8 bridge}). */
    public static NewLink bridge(String name) {
        return of("bridge", name);
    }

    /** One end of a pair; the other may be in another namespace ({@code man 4 veth}). */
    public static NewLink veth(String name, NewLink peer) {
        return new NewLink("veth", 0, name, false, 0, 0, null, 0, 0, null, -1, peer);
    }

    /** The far end of a pair. */
    public static NewLink end(String name) {
        return of("veth", name);
    }

    /** An interface with an address of its own on another one, in bridge mode: those on the same parent reach each other. */
    public static NewLink macvlan(String name, int parent) {
        return macvlan(name, parent, Mode.BRIDGE);
    }

    /** An interface with a hardware address of its own on another one ({@code man 8 ip-link}, "MACVLAN"). */
    public static NewLink macvlan(String name, int parent, Mode mode) {
        return new NewLink("macvlan", 0, name, false, 0, 0, null, 0, parent, mode, -1, null);
    }

    /** An interface with its parent's hardware address on another one ({@code man 8 ip-link}, "IPVLAN"). */
    public static NewLink ipvlan(String name, int parent, Mode mode) {
        return new NewLink("ipvlan", 0, name, false, 0, 0, null, 0, parent, mode, -1, null);
    }

    /**
     * The same with this number, which must be free in its namespace. The kernel heeds the number of a veth's far end only
     * where the near end has one too; without, {@link Link#parent} of the near end is the far end's.
     */
    public NewLink withIndex(int number) {
        return new NewLink(kind, number, name, up, mtu, gso, mac, master, parent, mode, namespace, peer);
    }

    /** The same, switched on. */
    public NewLink asUp() {
        return new NewLink(kind, index, name, true, mtu, gso, mac, master, parent, mode, namespace, peer);
    }

    /** The same with an MTU in bytes. */
    public NewLink withMtu(int bytes) {
        return new NewLink(kind, index, name, up, bytes, gso, mac, master, parent, mode, namespace, peer);
    }

    /** The same, where TCP hands over as much as this in one piece ("BIG TCP", since Linux 6.3; older kernels ignore it). */
    public NewLink withGso(int bytes) {
        return new NewLink(kind, index, name, up, mtu, bytes, mac, master, parent, mode, namespace, peer);
    }

    /** The same with a hardware address such as {@code 02:42:ac:11:00:02}. */
    public NewLink withMac(String address) {
        return new NewLink(kind, index, name, up, mtu, gso, address, master, parent, mode, namespace, peer);
    }

    /** The same as a port of a bridge. */
    public NewLink withMaster(int bridge) {
        return new NewLink(kind, index, name, up, mtu, gso, mac, bridge, parent, mode, namespace, peer);
    }

    /** The same in another network namespace. */
    public NewLink inNamespace(int descriptor) {
        return new NewLink(kind, index, name, up, mtu, gso, mac, master, parent, mode, descriptor, peer);
    }
}
