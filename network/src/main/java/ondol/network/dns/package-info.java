/**
 * Names inside networks: a DNS server that answers each container at 127.0.0.11, port 53, in the container's own network
 * namespace, and hands on what is not its business to the resolvers of the host or those of {@code --dns}.
 *
 * <pre>{@code
 * NameTable names = new NameTable();
 * try (DnsServer server = DnsServer.open(names, ForwardRules.ALL)) {
 *     // a container's namespace is there, its process waits at the gate: from here on it can ask
 *     Scope scope = server.attach(id, namespace, Upstreams.ofHost());   // or Upstreams.of(addresses), Upstreams.none()
 *
 *     // whenever somebody is connected, disconnected, renamed: all that is true now, at once
 *     names.set(List.of(
 *             new Endpoint("shop", idOfWeb, List.of("web", "0123456789ab", "alias"), List.of(address4, address6), Map.of()),
 *             new Endpoint("shop", idOfDb, List.of("db"), List.of(address), Map.of("database", idOfWeb))));
 *
 *     scope.close(); // the container has ended, or left its last user-defined network
 * }
 * }</pre>
 *
 * <p>The container's resolv.conf then says {@code nameserver 127.0.0.11}; search domains and options are the business of
 * that file alone.
 */
@NullMarked
package ondol.network.dns;

import org.jspecify.annotations.NullMarked;
