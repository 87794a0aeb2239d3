package ondol.engine.spec;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import ondol.engine.EngineException;
import ondol.image.tls.TlsFiles;
import org.jspecify.annotations.Nullable;

/**
 * Where {@code --log-driver syslog} sends to, in Docker's words.
 *
 * @param transport {@code unix}, {@code udp}, {@code tcp} or {@code tcp+tls}
 * @param host a name or an address; for unix the socket's path, empty for this machine's own
 * @param facility 0 to 23
 * @param format {@code ""}, {@code rfc3164}, {@code rfc5424} or {@code rfc5424micro}
 * @param tls for {@code tcp+tls}: files on this machine, which nobody has read yet
 */
public record SyslogChoice(
        String transport,
        String host,
        int port,
        int facility,
        String format,
        @Nullable TlsFiles tls) {
    static final String AUTHORITY = "syslog-tls-ca-cert";
    static final String CERTIFICATE = "syslog-tls-cert";
    static final String KEY = "syslog-tls-key";
    static final String ANYONE = "syslog-tls-skip-verify";
    private static final String TLS = "tcp+tls";
    private static final int PORT = 514;
    private static final int FACILITIES = 24;
    private static final List<String> NAMES = List.of(
            "kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp");
    private static final String DAEMON = "daemon";
    private static final int LOCAL0 = 16;

    /** @throws EngineException {@code INVALID} for what makes no sense */
    public static SyslogChoice of(Map<String, String> options) {
        int facility = facility(options.getOrDefault("syslog-facility", DAEMON));
        String format = options.getOrDefault("syslog-format", "");
        if (!List.of("", "rfc3164", "rfc5424", "rfc5424micro").contains(format)) {
            throw EngineException.invalid("Invalid syslog format");
        }
        String address = options.getOrDefault("syslog-address", "");
        if (address.isEmpty()) {
            return new SyslogChoice("unix", "", 0, facility, format, null);
        }
        URI uri = uri(address);
        String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
        switch (scheme) {
            case "unix", "unixgram" -> {
                String path = uri.getPath();
                if (path == null || !path.startsWith("/") || path.endsWith("/")) {
                    throw wrong(address, "the path of a socket is missing");
                }
                return new SyslogChoice("unix", path, 0, facility, format, null);
            }
            case "udp", "tcp", TLS -> {
                String host = host(uri);
                if (host == null) {
                    throw wrong(address, "a host is missing");
                }
                int port = uri.getPort() < 0 ? PORT : uri.getPort();
                return new SyslogChoice(scheme, host, port, facility, format, scheme.equals(TLS) ? tls(options) : null);
            }
            default -> throw wrong(address, "unsupported scheme: '" + scheme + "'");
        }
    }

    /** Whether messages are preceded by their lengths, as Docker does it for formats that say it of TLS. */
    public boolean counted() {
        return tls != null && format.startsWith("rfc5424");
    }

    private static TlsFiles tls(Map<String, String> options) {
        Path certificate = path(options, CERTIFICATE);
        Path key = path(options, KEY);
        if (certificate == null != (key == null)) {
            throw EngineException.invalid("%s and %s go together: %s is missing"
                    .formatted(CERTIFICATE, KEY, key == null ? KEY : CERTIFICATE));
        }
        return new TlsFiles(
                path(options, AUTHORITY),
                certificate,
                key,
                !LogChoice.flag(ANYONE, options.getOrDefault(ANYONE, "false")));
    }

    private static @Nullable Path path(Map<String, String> options, String option) {
        String said = options.getOrDefault(option, "");
        if (said.isEmpty()) {
            return null;
        }
        if (!said.startsWith("/") || said.indexOf('\0') >= 0) {
            throw EngineException.invalid(
                    "%s must be the absolute path of a file on the engine's machine, not '%s'".formatted(option, said));
        }
        return Path.of(said);
    }

    private static @Nullable String host(URI uri) {
        String host = uri.getHost();
        return host == null ? null : host.replaceAll("^\\[|]$", "");
    }

    private static URI uri(String address) {
        String how = "write it as udp://HOST:PORT, tcp://HOST:PORT, tcp+tls://HOST:PORT or unix://PATH";
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
