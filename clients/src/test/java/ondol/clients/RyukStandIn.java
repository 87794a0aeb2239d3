package ondol.clients;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Speaks Ryuk's protocol on port 8080: a client sends lines of filters ({@code label=a%3Db&label=…}) and is answered
 * {@code ACK}; when the last client has gone, what fits a line is removed, through the socket at {@code
 * /var/run/docker.sock}. One class and the JDK only, as it is all that its container has.
 */
final class RyukStandIn {
    private static final int PORT = 8080;

    /** How long a client may be away, in milliseconds; Ryuk itself waits ten seconds. */
    private static final long PATIENCE = 300;

    private RyukStandIn() {}

    public static void main(String[] args) throws Exception {
        Set<String> lines = new LinkedHashSet<>();
        try (ServerSocket server = new ServerSocket(PORT)) {
            System.out.println("Started!"); // what clients wait for
            boolean gone = false;
            while (!gone) {
                try (Socket client = server.accept()) {
                    server.setSoTimeout((int) PATIENCE);
                    listen(client, lines);
                } catch (java.net.SocketTimeoutException e) {
                    gone = !lines.isEmpty();
                }
            }
        }
        for (String line : lines) {
            String filters = URLEncoder.encode(json(line), StandardCharsets.UTF_8);
            remove("/containers/json?all=1&filters=" + filters, "Id", "/containers/", "?force=1&v=1");
            remove("/networks?filters=" + filters, "Id", "/networks/", "");
            remove("/volumes?filters=" + filters, "Name", "/volumes/", "?force=1");
            remove("/images/json?filters=" + filters, "Id", "/images/", "");
        }
    }

    private static void listen(Socket client, Set<String> lines) throws IOException {
        BufferedReader in = new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            if (!line.isEmpty()) {
                lines.add(line);
                client.getOutputStream().write("ACK\n".getBytes(StandardCharsets.US_ASCII));
            }
        }
    }

    /** Filters as the API wants them: {@code {"label":["a=b"]}}. */
    private static String json(String line) {
        Map<String, Set<String>> filters = new TreeMap<>();
        for (String part : line.split("&")) {
            String[] pair = part.split("=", 2);
            filters.computeIfAbsent(pair[0], _ -> new TreeSet<>())
                    .add('"' + URLDecoder.decode(pair[1], StandardCharsets.UTF_8) + '"');
        }
        StringBuilder json = new StringBuilder();
        filters.forEach((name, values) -> json.append(json.isEmpty() ? "" : ",").append('"' + name + "\":" + values));
        return "{" + json + "}";
    }

    private static void remove(String list, String key, String path, String how) throws IOException {
        Matcher each = Pattern.compile('"' + key + "\":\"([^\"]+)\"").matcher(ask("GET", list));
        while (each.find()) {
            ask("DELETE", path + each.group(1) + how);
        }
    }

    private static String ask(String method, String path) throws IOException {
        try (SocketChannel engine = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            engine.connect(UnixDomainSocketAddress.of("/var/run/docker.sock"));
            String request = method + " /v1.44" + path + " HTTP/1.1\r\nHost: docker\r\nConnection: close\r\n\r\n";
            engine.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII)));
            ByteArrayOutputStream answer = new ByteArrayOutputStream();
            ByteBuffer bytes = ByteBuffer.allocate(8192);
            while (engine.read(bytes) >= 0) {
                answer.write(bytes.array(), 0, bytes.position());
                bytes.clear();
            }
            return answer.toString(StandardCharsets.UTF_8);
        }
    }
}
