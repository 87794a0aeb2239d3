package ondol.engine.networks;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import ondol.linux.netlink.Link;
import ondol.linux.netlink.Links;
import ondol.linux.netlink.NetlinkSocket;
import ondol.linux.netlink.NewLink;
import ondol.network.NetworkException;
import ondol.network.Wiring;

/** The links of the machine that macvlan and ipvlan networks stand on. */
public final class Parents {
    private final Links links;

    public Parents(NetlinkSocket socket) {
        this.links = new Links(socket);
    }

    /** A network's mode; refuses one that there is not. */
    static NewLink.Mode mode(String driver, NetworkOptions options) {
        boolean ipvlan = driver.equals("ipvlan");
        String said = options.mode(ipvlan ? "l2" : "bridge", driver);
        List<NewLink.Mode> modes = Arrays.stream(NewLink.Mode.values())
                .filter(mode -> mode.ipvlan() == ipvlan)
                .toList();
        for (NewLink.Mode mode : modes) {
            if (mode.name().equalsIgnoreCase(said)) {
                return mode;
            }
        }
        throw new NetworkException(
                NetworkException.Reason.INVALID,
                "unknown %s mode %s: there are %s"
                        .formatted(
                                driver,
                                said,
                                String.join(
                                        ", ",
                                        modes.stream()
                                                .map(mode -> mode.name().toLowerCase(Locale.ROOT))
                                                .toList())));
    }

    /**
     * Where a container of the network is plugged in.
     *
     * @throws NetworkException where the parent is not there
     */
    public Wiring.Socket socket(LiveNetwork network) {
        String driver = network.network().driver();
        String parent = network.options().parent();
        if (parent == null) {
            throw new NetworkException(
                    NetworkException.Reason.INVALID,
                    "network %s has no parent interface: make it with -o parent=INTERFACE".formatted(network.name()));
        }
        Link link = links.find(parent)
                .orElseThrow(() -> new NetworkException(
                        NetworkException.Reason.INVALID,
                        "network %s stands on interface %s, which this machine does not have"
                                .formatted(network.name(), parent)));
        return new Wiring.Socket.Parent(link.index(), mode(driver, network.options()));
    }
}
