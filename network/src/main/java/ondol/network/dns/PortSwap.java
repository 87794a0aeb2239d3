package ondol.network.dns;

import static ondol.linux.nftables.Packet.ipDaddr;
import static ondol.linux.nftables.Packet.ipSaddr;
import static ondol.linux.nftables.Packet.sport;

import java.lang.System.Logger.Level;
import ondol.linux.KernelException;
import ondol.linux.nftables.Action;
import ondol.linux.nftables.Chain;
import ondol.linux.nftables.Data;
import ondol.linux.nftables.Hook;
import ondol.linux.nftables.Nftables;
import ondol.linux.nftables.Packet;
import ondol.linux.nftables.Rule;
import ondol.linux.nftables.Table;
import ondol.linux.nftables.Transaction;

/**
 * Leaves port 53 of a container to the container: a DNS server in it wants to listen at all addresses. The socket behind
 * 127.0.0.11 has another port, and packets to and from it are given the one that is asked for, one by one on their way out,
 * so that nothing needs to track connections.
 */
final class PortSwap {
    /** Above those that the kernel hands out by itself, below the last: nobody's. */
    static final int PORT = 61053;

    private static final System.Logger LOG = System.getLogger(PortSwap.class.getName());
    private static final Table TABLE = Table.ip("ondol-dns");
    private static final String CHAIN = "output";

    private PortSwap() {}

    /**
     * Sees to it in the calling thread's network namespace.
     *
     * @return false where the kernel cannot: it has no nf_tables. Then the socket itself has to be at port 53
     */
    static boolean make() {
        Data server = Data.address(DnsServer.ADDRESS);
        Transaction transaction =
                new Transaction().replaceTable(TABLE).addChain(TABLE, Chain.filter(CHAIN, Hook.OUTPUT, Chain.RAW));
        for (int protocol : new int[] {Packet.UDP, Packet.TCP}) {
            transaction
                    .addRule(
                            TABLE,
                            CHAIN,
                            Rule.of(
                                    ipDaddr().is(server),
                                    Packet.l4proto(protocol),
                                    Packet.dport().is(Data.port(DnsServer.PORT)),
                                    Action.writeDport(protocol, PORT)))
                    .addRule(
                            TABLE,
                            CHAIN,
                            Rule.of(
                                    ipSaddr().is(server),
                                    Packet.l4proto(protocol),
                                    sport().is(Data.port(PORT)),
                                    Action.writeSport(protocol, DnsServer.PORT)));
        }
        try (Nftables nftables = Nftables.open()) {
            nftables.apply(transaction);
            return true;
        } catch (KernelException e) {
            LOG.log(Level.DEBUG, "a container's DNS server is at port 53 itself: {0}", e.getMessage());
            return false;
        }
    }
}
