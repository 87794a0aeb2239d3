package ondol.engine.networks;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import java.util.function.Supplier;
import ondol.engine.EngineException;
import ondol.linux.Errno;
import ondol.linux.KernelException;
import ondol.network.Addresses;
import ondol.network.HostPort;
import ondol.network.LoopbackRelay;
import ondol.network.NetworkException;
import org.jspecify.annotations.Nullable;

/** Which ports of the machine belong to which container, and the sockets that hold them. Safe for use by many threads. */
public final class PortTable implements AutoCloseable {
    private static final Path RANGE = Path.of("/proc/sys/net/ipv4/ip_local_port_range");
    private static final InetAddress ANY4 = InetAddress.ofLiteral("0.0.0.0");
    private static final InetAddress ANY6 = InetAddress.ofLiteral("::");

    /** What all that is copied may have of descriptors and memory. */
    private static final int MOST_CONNECTIONS = 2048;

    private final Function<String, String> names;
    private final Semaphore connections = new Semaphore(MOST_CONNECTIONS);
    private final Map<String, List<Held>> held = new HashMap<>(); // by container; guarded by this
    private int next; // of the ports that nobody chose; guarded by this

    private record Held(
            PublishedPort port,
            @Nullable HostPort socket,
            @Nullable LoopbackRelay relay) {
        /** By sockets or without: what the kernel does not know nobody can have. */
        private void close() {
            if (relay != null) {
                relay.close();
            }
            if (socket != null) {
                socket.close();
            }
        }
    }

    /**
     * @param names of containers, by their ids
     */
    public PortTable(Function<String, String> names) {
        this.names = names;
    }

    /**
     * Takes what a container asks for, all or nothing.
     *
     * @param ipv4 whether the container has an IPv4 address
     * @param standard the machine's address where none is said; null for all
     * @throws EngineException where a port cannot be had, with who has it
     */
    public synchronized List<PublishedPort> take(
            String container,
            Collection<PortRequests.Wanted> wanted,
            boolean ipv4,
            boolean ipv6,
            @Nullable InetAddress standard) {
        List<Held> taken = new ArrayList<>();
        try {
            for (PortRequests.Wanted one : wanted) {
                taken.addAll(take(one, addresses(one, ipv4, ipv6, standard)));
            }
        } catch (RuntimeException e) {
            taken.forEach(Held::close);
            throw e;
        }
        held.computeIfAbsent(container, _ -> new ArrayList<>()).addAll(taken);
        return taken.stream().map(Held::port).toList();
    }

    private static List<InetAddress> addresses(
            PortRequests.Wanted wanted, boolean ipv4, boolean ipv6, @Nullable InetAddress standard) {
        InetAddress said = wanted.address();
        if (said != null) {
            boolean relayed = said.equals(LoopbackRelay.ADDRESS);
            if (relayed && !wanted.protocol().equals("tcp")) {
                throw new EngineException(
                        EngineException.Kind.UNSUPPORTED,
                        "cannot publish a %s port on ::1: only tcp's lead from there to containers"
                                .formatted(wanted.protocol()));
            }
            boolean fits = relayed || (Addresses.ipv4(said) ? ipv4 : ipv6);
            if (!fits) {
                throw EngineException.invalid("cannot publish a port on %s: the container has no IPv%d address"
                        .formatted(Addresses.text(said), Addresses.ipv4(said) ? 4 : 6));
            }
            return List.of(said);
        }
        List<InetAddress> addresses = new ArrayList<>();
        if (ipv4) {
            addresses.add(standard == null || !Addresses.ipv4(standard) ? ANY4 : standard);
        }
        if (ipv6) {
            addresses.add(standard == null || Addresses.ipv4(standard) ? ANY6 : standard);
        } else if ((standard == null || standard.isAnyLocalAddress())
                && wanted.protocol().equals("tcp")) {
            addresses.add(LoopbackRelay.ADDRESS); // which is what many programs ask first for localhost
        }
        return addresses;
    }

    private List<Held> take(PortRequests.Wanted wanted, List<InetAddress> addresses) {
        int[] range = wanted.first() == 0 ? ephemeral() : new int[] {wanted.first(), wanted.last()};
        int count = range[1] - range[0] + 1;
        int start = wanted.first() == 0 ? Math.max(0, next - range[0]) % count : 0;
        EngineException last = null;
        for (int i = 0; i < count; i++) {
            int port = range[0] + (start + i) % count;
            try {
                List<Held> taken = take(wanted, addresses, port);
                if (wanted.first() == 0) {
                    next = port + 1;
                }
                return taken;
            } catch (EngineException e) {
                if (e.kind() != EngineException.Kind.CONFLICT) {
                    throw e;
                }
                last = e;
            }
        }
        if (wanted.first() == 0) {
            throw EngineException.conflict("all ports from %d to %d are allocated".formatted(range[0], range[1]));
        }
        throw last == null ? EngineException.invalid("no port to publish") : last;
    }

    private List<Held> take(PortRequests.Wanted wanted, List<InetAddress> addresses, int port) {
        List<Held> taken = new ArrayList<>();
        try {
            for (InetAddress address : addresses) {
                PublishedPort published =
                        new PublishedPort(Addresses.text(address), port, wanted.protocol(), wanted.containerPort());
                hold(published, wanted.address() == null).ifPresent(taken::add);
            }
            return taken;
        } catch (RuntimeException e) {
            taken.forEach(Held::close);
            throw e;
        }
    }

    /**
     * The sockets of a port.
     *
     * @param ifThere whether {@code ::1} is left out where the machine has none
     */
    private Optional<Held> hold(PublishedPort port, boolean ifThere) {
        InetAddress address = InetAddress.ofLiteral(port.hostIp());
        refuseHeld(address, port.protocol(), port.hostPort());
        HostPort socket = null;
        try {
            boolean alone = address.equals(LoopbackRelay.ADDRESS);
            if (!alone || !ifThere) {
                socket = HostPort.take(address, PortRequests.protocol(port.protocol()), port.hostPort());
            }
            LoopbackRelay relay = relay(port, socket);
            return alone && relay == null ? Optional.empty() : Optional.of(new Held(port, socket, relay));
        } catch (KernelException e) {
            if (e.errno() == Errno.EPROTONOSUPPORT || e.errno() == Errno.ESOCKTNOSUPPORT) {
                return Optional.of(new Held(port, null, null)); // no program of the machine can have it either
            }
            throw new EngineException(EngineException.Kind.FAILED, e.getMessage(), e);
        } catch (NetworkException e) {
            if (socket != null) {
                socket.close();
            }
            throw refused(port, e);
        }
    }

    private @Nullable LoopbackRelay relay(PublishedPort port, @Nullable HostPort socket) {
        InetAddress address = InetAddress.ofLiteral(port.hostIp());
        if (!port.protocol().equals("tcp") || !address.equals(ANY6) && !address.equals(LoopbackRelay.ADDRESS)) {
            return null;
        }
        Supplier<Optional<LoopbackRelay>> listening = () -> LoopbackRelay.listen(port.hostPort(), connections);
        return (socket == null ? listening.get() : socket.shared(listening)).orElse(null);
    }

    private static EngineException refused(PublishedPort port, NetworkException e) {
        boolean takenBy = e.reason() == NetworkException.Reason.TAKEN;
        String who = takenBy
                ? PortOwner.find(port.protocol(), port.hostPort())
                        .map(owner -> ": " + owner + " has it")
                        .orElse("")
                : "";
        return new EngineException(
                takenBy ? EngineException.Kind.CONFLICT : EngineException.Kind.INVALID, e.getMessage() + who, e);
    }

    /** Has what comes to a container's ports by {@code ::1} copied to it: they are its own, and it is reached. */
    public synchronized void lead(String container, Collection<PublishedPort> ports, InetAddress inside) {
        for (Held one : held.getOrDefault(container, List.of())) {
            LoopbackRelay relay = one.relay();
            if (relay != null && ports.contains(one.port())) {
                relay.lead(inside, one.port().containerPort());
            }
        }
    }

    private void refuseHeld(InetAddress address, String protocol, int port) {
        owner(address, protocol, port).ifPresent(container -> {
            throw EngineException.conflict("Bind for %s failed: port is already allocated: container %s has it"
                    .formatted(HostPort.shown(address, port), names.apply(container)));
        });
    }

    private Optional<String> owner(InetAddress address, String protocol, int port) {
        for (Map.Entry<String, List<Held>> entry : held.entrySet()) {
            for (Held one : entry.getValue()) {
                InetAddress other = InetAddress.ofLiteral(one.port().hostIp());
                boolean same =
                        one.port().hostPort() == port && one.port().protocol().equals(protocol);
                boolean family = Addresses.ipv4(other) == Addresses.ipv4(address);
                if (same
                        && family
                        && (other.equals(address) || other.isAnyLocalAddress() || address.isAnyLocalAddress())) {
                    return Optional.of(entry.getKey());
                }
            }
        }
        return Optional.empty();
    }

    private static int[] ephemeral() {
        try {
            String[] ends = Files.readString(RANGE).strip().split("\\s+");
            return new int[] {Integer.parseInt(ends[0]), Integer.parseInt(ends[1])};
        } catch (IOException | NumberFormatException | ArrayIndexOutOfBoundsException e) {
            return new int[] {32768, 60999};
        }
    }

    /** Holds what a container had under an earlier engine; what a program took meanwhile is said and led to the container all the same. */
    public synchronized void restore(String container, Collection<PublishedPort> ports) {
        for (PublishedPort port : ports) {
            HostPort socket = null;
            LoopbackRelay relay = null;
            try {
                InetAddress address = InetAddress.ofLiteral(port.hostIp());
                if (!address.equals(LoopbackRelay.ADDRESS)) {
                    socket = HostPort.take(address, PortRequests.protocol(port.protocol()), port.hostPort());
                }
                relay = relay(port, socket);
            } catch (KernelException | NetworkException e) {
                System.getLogger(PortTable.class.getName())
                        .log(
                                System.Logger.Level.WARNING,
                                "port " + port.hostPort() + " is not held: " + e.getMessage());
            }
            held.computeIfAbsent(container, _ -> new ArrayList<>()).add(new Held(port, socket, relay));
        }
    }

    /** Gives back all that a container has. */
    public synchronized void release(String container) {
        List<Held> gone = held.remove(container);
        if (gone != null) {
            gone.forEach(Held::close);
        }
    }

    /** Gives back some of what a container has. */
    public synchronized void release(String container, Collection<PublishedPort> some) {
        held.getOrDefault(container, new ArrayList<>()).removeIf(one -> {
            boolean gone = some.contains(one.port());
            if (gone) {
                one.close();
            }
            return gone;
        });
    }

    @Override
    public synchronized void close() {
        held.values().forEach(list -> list.forEach(Held::close));
        held.clear();
    }
}
