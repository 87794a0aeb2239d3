package ondol.engine.networks;

import java.util.List;
import ondol.linux.Descriptor;
import ondol.linux.Files;
import ondol.network.Plug;
import ondol.network.Wiring;

/**
 * All that is plugged into a container when it starts.
 *
 * @param wires in the order of the container's links
 */
public record Attachment(List<Wire> wires, Wiring wiring) {
    /** A plug and where it goes. */
    public record Wire(Plug plug, Wiring.Socket socket) {}

    /** Whether there is anything to do. */
    public boolean any() {
        return !wires.isEmpty();
    }

    /** Plugs everything in, while the container's first process waits at its gate. */
    public void plug(int pid) {
        try (Descriptor namespace = Files.open("/proc/" + pid + "/ns/net", Files.O_RDONLY | Files.O_CLOEXEC)) {
            for (Wire wire : wires) {
                wiring.plug(wire.plug(), wire.socket(), namespace.number());
            }
        }
    }
}
