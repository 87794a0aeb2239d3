package ondol.engine.spec;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import ondol.engine.EngineException;
import org.jspecify.annotations.Nullable;

/**
 * Where {@code --log-driver syslog} sends to, in Docker's words.
 *
 * @param transport {@code unix}, {@code udp} or {@code tcp}
 * @param host a name or an address; for unix the socket's path, empty for this machine's own
 * @param facility 0 to 23
 * @param format {@code ""}, {@code rfc3164}, {@code rfc5424} or {@code rfc5424micro}
 */
public record SyslogChoice(String transport, String host, int port, int facility, String format) {
    private static final int PORT = 514;
    private static final int FACILITIES = 24;
    private static final List<String> NAMES = List.of(
            "kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp");
    private static final String DAEMON = "daemon";
    private static final int LOCAL0 = 16;

    /** @throws EngineException {@code INVALID} for what makes no sense, {@code UNSUPPORTED} for TLS */
    public static SyslogChoice of(Map<String, String> options) {
        int facility = facility(options.getOrDefault("syslog-facility", DAEMON));
        String format = options.getOrDefault("syslog-format", "");
        if (!List.of("", "rfc3164", "rfc5424", "rfc5424micro").contains(format)) {
            throw EngineException.invalid("Invalid syslog format");
        }
        String address = options.getOrDefault("syslog-address", "");
        if (address.isEmpty()) {
            return new SyslogChoice("unix", "", 0, facility, format);
        }
        URI uri = uri(address);
        String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
        switch (scheme) {
            case "unix", "unixgram" -> {
                String path = uri.getPath();
                if (path == null || !path.startsWith("/") || path.endsWith("/")) {
                    throw wrong(address, "the path of a socket is missing");
                }
                return new SyslogChoice("unix", path, 0, facility, format);
            }
            case "udp", "tcp" -> {
                String host = host(uri);
                if (host == null) {
                    throw wrong(address, "a host is missing");
                }
                return new SyslogChoice(scheme, host, uri.getPort() < 0 ? PORT : uri.getPort(), facility, format);
            }
            case "tcp+tls" ->
                throw new EngineException(
                        EngineException.Kind.UNSUPPORTED,
                        "syslog over TLS is not supported: send to a syslog server on this machine, which forwards it");
            default -> throw wrong(address, "unsupported scheme: '" + scheme + "'");
        }
    }

    private static @Nullable String host(URI uri) {
        String host = uri.getHost();
        return host == null ? null : host.replaceAll("^\\[|]$", "");
    }

    private static URI uri(String address) {
        String how = "write it as udp://HOST:PORT, tcp://HOST:PORT or unix://PATH";
        try {
            if (address.contains("://")) {
                return new URI(address);
            }
        } catch (URISyntaxException e) {
            throw new EngineException(EngineException.Kind.INVALID, message(address, how), e);
        }
        throw wrong(address, how);
    }

    private static int facility(String said) {
        if (NAMES.contains(said)) {
            return NAMES.indexOf(said);
        }
        if (said.matches("local[0-7]")) {
            return LOCAL0 + said.charAt(said.length() - 1) - '0';
        }
        if (said.matches("\\d{1,2}") && Integer.parseInt(said) < FACILITIES) {
            return Integer.parseInt(said);
        }
        throw EngineException.invalid("invalid syslog facility: '%s'".formatted(said));
    }

    private static EngineException wrong(String address, String why) {
        return EngineException.invalid(message(address, why));
    }

    private static String message(String address, String why) {
        return "syslog-address '%s': %s".formatted(address, why);
    }
}
