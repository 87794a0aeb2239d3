/** A small HTTP/1.1 client over unix sockets and TCP, made for a cold start. */
@NullMarked
package ondol.cli.http;

import org.jspecify.annotations.NullMarked;
