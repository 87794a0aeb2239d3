/**
 * The machine's own rules in front of published ports. A packet to a published port never comes to where the machine's
 * firewall decides about programs of the machine (the input hook): it is on its way to a container by then. So the rules
 * that stand there, whoever made them, are copied to where packets come in, and asked about packets to published ports.
 *
 * <pre>{@code
 * try (HostRules rules = HostRules.open("ondol")) {
 *     rules.update(Set.of(new HostRules.Port(Packet.TCP, 8080)), Set.of("ondol0")); // before the port is translated
 * }
 * }</pre>
 */
@NullMarked
package ondol.network.hostrules;

import org.jspecify.annotations.NullMarked;
