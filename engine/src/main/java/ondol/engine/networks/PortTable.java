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
import java.util.function.Function;
import ondol.engine.EngineException;
import ondol.linux.Errno;
import ondol.linux.KernelException;
import ondol.network.Addresses;
import ondol.network.HostPort;
import ondol.network.NetworkException;
import org.jspecify.annotations.Nullable;

/** Which ports of the machine belong to which container, and the sockets that hold them. Safe for use by many threads. */
public final class PortTable implements AutoCloseable {
    private static final Path RANGE = Path.of("/proc/sys/net/ipv4/ip_local_port_range");
    private static final InetAddress ANY4 = InetAddress.ofLiteral("0.0.0.0");
    private static final InetAddress ANY6 = InetAddress.ofLiteral("::");

    private final Function<String, String> names;
    private final Map<String, List<Held>> held = new HashMap<>(); // by container; guarded by this
    private int next; // of the ports that nobody chose; guarded by this

    private record Held(PublishedPort port, @Nullable HostPort socket) {}

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
            taken.forEach(PortTable::close);
            throw e;
        }
        held.computeIfAbsent(container, _ -> new ArrayList<>()).addAll(taken);
        return taken.stream().map(Held::port).toList();
    }

    private static List<InetAddress> addresses(
            PortRequests.Wanted wanted, boolean ipv4, boolean ipv6, @Nullable InetAddress standard) {
        InetAddress said = wanted.address();
        if (said != null) {
            boolean fits = Addresses.ipv4(said) ? ipv4 : ipv6;
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
                taken.add(new Held(published, socket(address, wanted.protocol(), port)));
            }
            return taken;
        } catch (RuntimeException e) {
            taken.forEach(PortTable::close);
            throw e;
        }
    }

    private @Nullable HostPort socket(InetAddress address, String protocol, int port) {
        refuseHeld(address, protocol, port);
        try {
            return HostPort.take(address, PortRequests.protocol(protocol), port);
        } catch (KernelException e) {
            if (e.errno() == Errno.EPROTONOSUPPORT || e.errno() == Errno.ESOCKTNOSUPPORT) {
                return null; // no program of the machine can have it either
            }
            throw new EngineException(EngineException.Kind.FAILED, e.getMessage(), e);
        } catch (NetworkException e) {
            boolean takenBy = e.reason() == NetworkException.Reason.TAKEN;
            String who = takenBy
                    ? PortOwner.find(protocol, port)
                            .map(owner -> ": " + owner + " has it")
                            .orElse("")
                    : "";
            throw new EngineException(
                    takenBy ? EngineException.Kind.CONFLICT : EngineException.Kind.INVALID, e.getMessage() + who, e);
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
            try {
                socket = HostPort.take(
                        InetAddress.ofLiteral(port.hostIp()), PortRequests.protocol(port.protocol()), port.hostPort());
            } catch (KernelException | NetworkException e) {
                System.getLogger(PortTable.class.getName())
                        .log(System.Logger.Level.WARNING, "port {0} is not held: {1}", port.hostPort(), e.getMessage());
            }
            held.computeIfAbsent(container, _ -> new ArrayList<>()).add(new Held(port, socket));
        }
    }

    /** Gives back all that a container has. */
    public synchronized void release(String container) {
        List<Held> gone = held.remove(container);
        if (gone != null) {
            gone.forEach(PortTable::close);
        }
    }

    /** Gives back some of what a container has. */
    public synchronized void release(String container, Collection<PublishedPort> some) {
        held.getOrDefault(container, new ArrayList<>()).removeIf(one -> {
            boolean gone = some.contains(one.port());
            if (gone) {
                close(one);
            }
            return gone;
        });
    }

    private static void close(Held held) {
        HostPort socket = held.socket();
        if (socket != null) {
            socket.close();
        }
    }

    @Override
    public synchronized void close() {
        held.values().forEach(list -> list.forEach(PortTable::close));
        held.clear();
    }
}
