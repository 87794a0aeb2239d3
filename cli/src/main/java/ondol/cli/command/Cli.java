package ondol.cli.command;

import java.io.FileDescriptor;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import ondol.cli.http.Connection;
import ondol.cli.http.Endpoint;
import ondol.cli.http.Response;
import ondol.cli.json.Json;
import ondol.cli.json.JsonWriter;
import org.jspecify.annotations.Nullable;

/** What a verb works with: the engine it talks to, and the standard streams. */
public final class Cli {
    /** The longest answer that is held in memory. */
    private static final int ANSWER = 256 << 20;

    private static final int ERROR = 1 << 20;
    /** A kept connection older than this may have been closed by the engine. */
    private static final long KEEP_NANOS = 3_000_000_000L;

    private final Place place;
    private final boolean debug;
    private final Output out = new Output(FileDescriptor.out);
    private final Output err = new Output(FileDescriptor.err);
    private @Nullable Connection kept;
    private long used;

    /** A session with the engine at a place, which is reached when first needed. */
    public Cli(Place place, boolean debug) {
        this.place = place;
        this.debug = debug;
    }

    /** Standard output; flushed when the command ends. */
    public Output out() {
        return out;
    }

    /** Standard error; flushed when the command ends. */
    public Output err() {
        return err;
    }

    /** Whether {@code --debug} was given. */
    public boolean debug() {
        return debug;
    }

    /** Where the engine is, or would be. */
    public Place place() {
        return place;
    }

    /** Prints one line on standard error, at once. */
    public void warn(String line) throws IOException {
        out.flush();
        err.line(line);
        err.flush();
    }

    /** A new connection to the engine, which is started when it is this machine's own and does not answer. */
    public Connection connect() throws IOException {
        Endpoint endpoint = place.endpoint();
        try {
            return endpoint.connect();
        } catch (IOException e) {
            if (place.mayStart() && new EngineStart(place).start(this)) return endpoint.connect();
            throw unreachable(endpoint, e);
        }
    }

    private static CliException unreachable(Endpoint endpoint, IOException e) {
        String reason = String.valueOf(e.getMessage());
        if (reason.startsWith("Permission denied"))
            return new CliException("permission denied while trying to connect to the Ondol engine at " + endpoint);
        boolean usual = e instanceof ConnectException || e instanceof SocketException;
        String hint = usual ? "" : " (" + reason + ")";
        return new CliException("Cannot connect to the Ondol engine at " + endpoint + ". Is it running?" + hint);
    }

    /**
     * Sends a request and returns the answer, whose body is still to be read.
     *
     * @throws EngineException when the engine refuses
     */
    public Response request(String method, String target, byte @Nullable [] body) throws IOException {
        Response response = connection().send(method, target, body);
        used = System.nanoTime();
        return checked(response);
    }

    /** As {@link #request(String, String, byte[])}, with headers of its own, each ended by {@code \r\n}. */
    public Response request(String method, String target, byte @Nullable [] body, String headers) throws IOException {
        Connection connection = connection();
        connection.request(method, target, body, headers);
        Response response = connection.answer(method);
        used = System.nanoTime();
        return checked(response);
    }

    /** Sends a stream of bytes, such as a tar archive. */
    public Response upload(String method, String target, InputStream body, String type) throws IOException {
        return upload(method, target, body, type, "");
    }

    /** The same with further headers, each with its line's end. */
    public Response upload(String method, String target, InputStream body, String type, String headers)
            throws IOException {
        return checked(connection().upload(method, target, body, type, headers));
    }

    private Connection connection() throws IOException {
        Connection connection = kept;
        if (connection == null || !connection.reusable() || System.nanoTime() - used > KEEP_NANOS) {
            connection = connect();
            kept = connection;
        }
        used = System.nanoTime();
        return connection;
    }

    /** The answer itself when the engine agreed. */
    public static Response checked(Response response) throws IOException {
        if (response.status() < 400) return response;
        byte[] bytes = response.bytes(ERROR);
        String words = new String(bytes, java.nio.charset.StandardCharsets.UTF_8).strip();
        try {
            String message = Json.text(Json.parse(bytes), "message");
            if (!message.isEmpty()) words = message.strip();
        } catch (IllegalArgumentException e) {
            // Not JSON: the text itself is the message.
        }
        if (words.isEmpty()) words = "status " + response.status() + " " + response.reason();
        throw new EngineException(response.status(), words);
    }

    /** Sends a request whose answer is of no interest. */
    public void order(String method, String target, byte @Nullable [] body) throws IOException {
        request(method, target, body).bytes(ANSWER);
    }

    /**
     * As {@link #order}, without a body, on a connection of its own, for a thread beside the one that uses this: no
     * engine is started for it.
     */
    public void aside(String method, String target) throws IOException {
        try (Connection connection = place.endpoint().connect()) {
            checked(connection.send(method, target, null)).bytes(ANSWER);
        }
    }

    /** The bytes of an answer. */
    public byte[] bytes(String method, String target, byte @Nullable [] body) throws IOException {
        return request(method, target, body).bytes(ANSWER);
    }

    /** A JSON answer. */
    public @Nullable Object json(String method, String target, byte @Nullable [] body) throws IOException {
        byte[] bytes = bytes(method, target, body);
        try {
            return Json.parse(bytes);
        } catch (IllegalArgumentException e) {
            throw new IOException("the engine's answer to " + method + " " + target + " is not JSON", e);
        }
    }

    /** A JSON object got from a path. */
    public Map<String, @Nullable Object> get(String target) throws IOException {
        return Json.map(json("GET", target, null));
    }

    /** A JSON array got from a path. */
    public List<@Nullable Object> list(String target) throws IOException {
        return Json.list(json("GET", target, null));
    }

    /** A word made safe for a path or a query. */
    public static String encode(String text) {
        byte[] bytes = null;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (plain(c)) continue;
            bytes = text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
            break;
        }
        if (bytes == null) return text;
        StringBuilder out = new StringBuilder(bytes.length * 2);
        for (byte b : bytes) {
            char c = (char) (b & 0xff);
            if (plain(c)) out.append(c);
            else out.append('%').append(hex(c >> 4)).append(hex(c & 15));
        }
        return out.toString();
    }

    private static char hex(int digit) {
        return (char) (digit < 10 ? '0' + digit : 'A' + digit - 10);
    }

    private static boolean plain(char c) {
        return c >= 'a' && c <= 'z'
                || c >= 'A' && c <= 'Z'
                || c >= '0' && c <= '9'
                || c == '-'
                || c == '_'
                || c == '.'
                || c == '~';
    }

    /** The {@code filters} parameter for values such as {@code name=x}; empty when there are none. */
    public static String filters(List<String> given) {
        if (given.isEmpty()) return "";
        Map<String, Map<String, Boolean>> filters = new java.util.TreeMap<>();
        for (String filter : given) {
            int equals = filter.indexOf('=');
            String name = filter.substring(0, equals).strip().toLowerCase(java.util.Locale.ROOT);
            Map<String, Boolean> values = filters.get(name);
            if (values == null) filters.put(name, values = new java.util.TreeMap<>());
            values.put(filter.substring(equals + 1).strip(), true);
        }
        return "&filters=" + encode(JsonWriter.text(filters));
    }

    /** Whether a descriptor of this process is a terminal. No native call is needed to see it. */
    public static boolean terminal(int descriptor) {
        try {
            String target = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor))
                    .toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.equals("/dev/console");
        } catch (IOException e) {
            return false;
        }
    }

    /** Asks a yes-or-no question on the terminal. */
    public boolean confirm(String question) throws IOException {
        out.print(question + " [y/N] ");
        out.flush();
        int first = System.in.read();
        boolean yes = first == 'y' || first == 'Y';
        int next = yes ? System.in.read() : first;
        return yes && (next < 0 || next == '\n' || next == '\r');
    }
}
