/**
 * Speed limits of links: {@code --net-rate} of containers and of networks, both ways.
 *
 * <pre>{@code
 * Rates rates = new Rates(socket, "1a2b");                           // four digits that no other engine has
 * rates.apply("ve0123456789abc", idOfEndpoint, rate);                // the machine's end of a container's link
 * rates.remove("ve0123456789abc", idOfEndpoint);                     // the link stays
 * rates.clear(idsThatAreThere);                                      // after an end, or when an engine starts again
 * }</pre>
 */
@NullMarked
package ondol.network.rate;

import org.jspecify.annotations.NullMarked;
