package ondol.docker;

import ondol.image.tls.TlsFiles;
import org.jspecify.annotations.Nullable;

/**
 * Who may reach the engine.
 *
 * @param group the group of unix sockets, by name or number; null for the engine's own
 * @param tls what TCP is protected with; null for plain TCP, on loopback
 * @param plain whether plain TCP may be served beyond loopback too, to whoever gets there
 */
public record Access(@Nullable String group, @Nullable TlsFiles tls, boolean plain) {
    /** Unix sockets for the engine's own user and group, TCP on loopback. */
    public static final Access DEFAULT = new Access(null, null, false);
}
