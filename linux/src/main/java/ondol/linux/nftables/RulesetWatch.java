package ondol.linux.nftables;

import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import ondol.linux.Call;
import ondol.linux.Descriptor;
import ondol.linux.Epoll;
import ondol.linux.Errno;
import ondol.linux.Kernel;
import ondol.linux.KernelException;
import ondol.linux.netlink.Reply.Attributes;

/**
 * Hears of changes that others make to the packet filter ({@code NFNLGRP_NFTABLES}, {@code man 8 nft}, "MONITOR"), on a
 * thread of its own.
 */
public final class RulesetWatch implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(RulesetWatch.class.getName());
    private static final int AF_NETLINK = 16;
    private static final int SOCK_RAW_CLOEXEC = 3 | 02000000;
    private static final int NETLINK_NETFILTER = 12;
    private static final int GROUP = 1 << 7 - 1;
    private static final int MSG_DONTWAIT = 0x40;
    private static final int HEADER = 16;
    private static final int BUFFER = 64 * 1024;

    /** Changes come in bursts. */
    private static final Duration BURST = Duration.ofMillis(20);

    private final Epoll epoll = new Epoll();
    private final Descriptor socket;
    private final String own;
    private final Runnable changed;
    private volatile boolean closed;
    private boolean ended;

    private RulesetWatch(Descriptor socket, String own, Runnable changed) {
        this.socket = socket;
        this.own = own;
        this.changed = changed;
        epoll.add(socket.number(), Epoll.IN, 0);
        Thread.ofPlatform().daemon().name("ondol-ruleset-watch").start(this::run);
    }

    /**
     * Watches the calling thread's network namespace from now on.
     *
     * @param own how the names of tables begin whose changes do not count
     * @param changed is run after some changes, a little later; not again before it returns. What it throws is logged
     * @throws KernelException where the kernel refuses
     */
    public static RulesetWatch begin(String own, Runnable changed) {
        Descriptor socket = new Descriptor(
                Kernel.callInt(Call.SOCKET, "AF_NETLINK", AF_NETLINK, SOCK_RAW_CLOEXEC, NETLINK_NETFILTER),
                "netlink socket of changes");
        try (Arena arena = Arena.ofConfined()) {
            // struct sockaddr_nl: family, padding, port, groups
            MemorySegment address = arena.allocate(12, 4);
            address.set(ValueLayout.JAVA_SHORT, 0, (short) AF_NETLINK);
            address.set(ValueLayout.JAVA_INT, 8, GROUP);
            Kernel.call(Call.BIND, "NFNLGRP_NFTABLES", socket.number(), address.address(), 12);
            return new RulesetWatch(socket, own, changed);
        } catch (KernelException e) {
            socket.close();
            throw e;
        }
    }

    private void run() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment in = arena.allocate(BUFFER, 8);
            while (!closed) {
                epoll.await(-1);
                if (foreign(in)) {
                    Thread.sleep(BURST);
                    foreign(in);
                    tell();
                }
            }
        } catch (InterruptedException e) {
            // closed
        } finally {
            synchronized (epoll) { // after the wake-up of close(), which wants it open
                ended = true;
                socket.close();
                epoll.close();
            }
        }
    }

    private void tell() {
        try {
            changed.run();
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "a change of the packet filter could not be followed", e);
        }
    }

    /** Reads all that is there; whether any of it is about others' tables. */
    private boolean foreign(MemorySegment in) {
        boolean found = false;
        while (!closed) {
            long got = Kernel.raw(Call.RECVFROM, socket.number(), in.address(), BUFFER, MSG_DONTWAIT, 0, 0);
            if (got == -Errno.ENOBUFS.number()) {
                found = true; // there was more than fitted: something will have been theirs
            } else if (got <= 0) {
                return found;
            } else {
                found |= foreign(ByteBuffer.wrap(in.asSlice(0, got).toArray(ValueLayout.JAVA_BYTE))
                        .order(ByteOrder.nativeOrder()));
            }
        }
        return false;
    }

    private boolean foreign(ByteBuffer messages) {
        int at = 0;
        while (at + HEADER + Messages.BODY <= messages.limit()) {
            int length = messages.getInt(at);
            if (length < HEADER || length > messages.limit() - at) {
                return true;
            }
            int which = Messages.which(Short.toUnsignedInt(messages.getShort(at + 4)));
            if (which >= 0 && which != Messages.NEWGEN) {
                int from = at + HEADER + Messages.BODY;
                Attributes attributes =
                        Attributes.of(messages.slice(from, at + length - from).order(ByteOrder.nativeOrder()));
                if (!attributes.text(Messages.TABLE).startsWith(own)) {
                    return true;
                }
            }
            at += (length + 3) & ~3;
        }
        return false;
    }

    /** Ends the thread, soon. */
    @Override
    public void close() {
        synchronized (epoll) {
            closed = true;
            if (!ended) {
                epoll.wakeUp();
            }
        }
    }
}
