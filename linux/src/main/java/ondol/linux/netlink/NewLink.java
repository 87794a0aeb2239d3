package ondol.linux.netlink;

import org.jspecify.annotations.Nullable;

/**
 * A network interface to be made.
 *
 * @param kind what the kernel calls it, such as {@code bridge}, {@code ifb} or {@code dummy}
 * @param name at most 15 bytes
 * @param up whether it is switched on at once; a veth's far end cannot be
 * @param mtu in bytes; 0 for the kind's own
 * @param mac null for one of the kernel's choice
 * @param master the index of the bridge it becomes a port of; 0 for none
 * @param parent the index of what a macvlan stands on; 0 for none
 * @param namespace a descriptor of the network namespace it is made in; -1 for the socket's own. A veth that is switched
 *     on at once is in the socket's own
 * @param peer the far end of a veth; null for other kinds
 */
public record NewLink(
        String kind,
        String name,
        boolean up,
        int mtu,
        @Nullable String mac,
        int master,
        int parent,
        int namespace,
        @Nullable NewLink peer) {
    public NewLink {
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
        return new NewLink(kind, name, false, 0, null, 0, 0, -1, null);
    }

    /** A bridge ({@code man 8 bridge}). */
    public static NewLink bridge(String name) {
        return of("bridge", name);
    }

    /** One end of a pair; the other may be in another namespace ({@code man 4 veth}). */
    public static NewLink veth(String name, NewLink peer) {
        return new NewLink("veth", name, false, 0, null, 0, 0, -1, peer);
    }

    /** The far end of a pair. */
    public static NewLink end(String name) {
        return of("veth", name);
    }

    /** An interface with an address of its own on another one, in bridge mode: those on the same parent reach each other. */
    public static NewLink macvlan(String name, int parent) {
        return new NewLink("macvlan", name, false, 0, null, 0, parent, -1, null);
    }

    /** The same, switched on. */
    public NewLink asUp() {
        return new NewLink(kind, name, true, mtu, mac, master, parent, namespace, peer);
    }

    /** The same with an MTU in bytes. */
    public NewLink withMtu(int bytes) {
        return new NewLink(kind, name, up, bytes, mac, master, parent, namespace, peer);
    }

    /** The same with a hardware address such as {@code 02:42:ac:11:00:02}. */
    public NewLink withMac(String address) {
        return new NewLink(kind, name, up, mtu, address, master, parent, namespace, peer);
    }

    /** The same as a port of a bridge. */
    public NewLink withMaster(int bridge) {
        return new NewLink(kind, name, up, mtu, mac, bridge, parent, namespace, peer);
    }

    /** The same in another network namespace. */
    public NewLink inNamespace(int descriptor) {
        return new NewLink(kind, name, up, mtu, mac, master, parent, descriptor, peer);
    }
}
