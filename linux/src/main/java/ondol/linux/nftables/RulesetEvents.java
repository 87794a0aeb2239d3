package ondol.linux.nftables;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;
import ondol.linux.Call;
import ondol.linux.Errno;
import ondol.linux.Kernel;
import ondol.linux.KernelException;
import ondol.linux.netlink.NetlinkSocket;
import ondol.linux.netlink.NetlinkSocket.Protocol;
import ondol.linux.netlink.Reply;

/**
 * Hears when somebody changes the packet filter of a network namespace, also this process ({@code NFNLGRP_NFTABLES}).
 * Tables of iptables are heard of where its commands use nf_tables, as {@code iptables-nft} does.
 */
public final class RulesetEvents implements AutoCloseable {
    private static final int NFNLGRP_NFTABLES = 7;
    private static final short POLLIN = 1;

    private final NetlinkSocket socket;

    private RulesetEvents(NetlinkSocket socket) {
        this.socket = socket;
        try {
            socket.subscribe(NFNLGRP_NFTABLES);
        } catch (RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    /** Hears from now on, in the calling thread's network namespace. */
    public static RulesetEvents open() {
        return new RulesetEvents(NetlinkSocket.open(Protocol.NETFILTER));
    }

    /** Hears from now on, in another network namespace. */
    public static RulesetEvents inNamespace(int namespace) {
        return new RulesetEvents(NetlinkSocket.inNamespace(namespace, Protocol.NETFILTER));
    }

    /**
     * What has changed.
     *
     * @param tables in which something did
     * @param lost whether so much changed that the kernel could not tell it all: look at everything
     */
    public record Changes(Set<Table> tables, boolean lost) {}

    /** What has changed since the last time; it does not wait. */
    public Changes read() {
        Set<Table> tables = new LinkedHashSet<>();
        try {
            for (Reply reply : socket.heard()) {
                int which = Messages.which(reply.type());
                if (which >= 0 && which != Messages.NEWGEN) {
                    tables.add(Nftables.table(reply));
                }
            }
        } catch (KernelException e) {
            if (e.errno() != Errno.ENOBUFS) {
                throw e;
            }
            return new Changes(tables, true);
        }
        return new Changes(tables, false);
    }

    /**
     * Waits until something has changed ({@code man 2 ppoll}). It pins the thread: on a platform thread only.
     *
     * @return whether something has
     */
    public boolean await(Duration atMost) {
        try (Arena arena = Arena.ofConfined()) {
            // struct pollfd, struct timespec
            MemorySegment poll = arena.allocate(8, 4);
            poll.set(ValueLayout.JAVA_INT, 0, socket.number());
            poll.set(ValueLayout.JAVA_SHORT, 4, POLLIN);
            MemorySegment time = arena.allocate(16, 8);
            time.set(ValueLayout.JAVA_LONG, 0, atMost.toSeconds());
            time.set(ValueLayout.JAVA_LONG, 8, atMost.toNanosPart());
            return Kernel.call(Call.PPOLL, "netfilter events", poll.address(), 1, time.address(), 0, 0) > 0;
        }
    }

    /** The descriptor, to wait with others: readable when something has changed. */
    public int number() {
        return socket.number();
    }

    @Override
    public void close() {
        socket.close();
    }
}
