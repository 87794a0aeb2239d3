/**
 * The kernel's packet filter by messages ({@code man 8 nft}, {@code linux/netfilter/nf_tables.h}), without any other
 * program: changes in transactions, in {@code nft}'s words, and lists of what is there, whoever made it.
 *
 * <pre>{@code
 * Table table = Table.inet("ondol");
 * NamedSet ports = NamedSet.of("ports", IPV4_ADDR, INET_PROTO, INET_SERVICE).to(IPV4_ADDR, INET_SERVICE);
 * try (Nftables nftables = Nftables.open()) {
 *     nftables.apply(new Transaction()
 *             .replaceTable(table)
 *             .addSet(table, ports)
 *             .addChain(table, Chain.nat("before", Hook.PREROUTING, Chain.DSTNAT))
 *             .addRule(table, "before", toLocalAddress(),
 *                     dnat(concat(ipDaddr(), l4proto(), dport()).through(ports)))
 *             .addChain(table, Chain.nat("after", Hook.POSTROUTING, Chain.SRCNAT))
 *             .addRule(table, "after", Rule.of(ipSaddr().in(Prefix.parse("172.17.0.0/16")),
 *                     oifname().isNot(Data.ifname("ondol0")), counter(), masquerade()).commented("bridge")));
 *     nftables.apply(new Transaction().addElements(table, ports, Element.of(
 *             Data.concat(Data.address("192.0.2.1"), Data.protocol(TCP), Data.port(8080)),
 *             Data.concat(Data.address("172.17.0.2"), Data.port(80)))));
 * }
 * }</pre>
 */
@NullMarked
package ondol.linux.nftables;

import org.jspecify.annotations.NullMarked;
