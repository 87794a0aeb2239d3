package ondol.docker;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import ondol.docker.json.SystemJson;
import ondol.engine.EngineException;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.ConnectionMetaData;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Blocker;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.Fields;
import org.jspecify.annotations.Nullable;

/**
 * One request and its reply. An endpoint reads what it needs and calls exactly one of {@code reply}, {@code text},
 * {@code stream} or {@link #upgrade}; what it throws becomes an error reply.
 */
final class Call {
    /** The most bytes that a JSON body may have. */
    static final int MAX_JSON = 4 << 20;

    /** How long a client may be silent that has something to say, in milliseconds. */
    static final long IDLE = 60_000;

    /** What a terminal's size can hold: {@code man 2 ioctl_tty}, {@code unsigned short}. */
    private static final int MOST_CELLS = 0xffff;

    static final String JSON_TYPE = "application/json";

    private final Request request;
    private final Response response;
    private final Callback callback;
    private final ApiVersion version;
    private final Map<String, String> path;
    private @Nullable Fields query;

    Call(Request request, Response response, Callback callback, ApiVersion version, Map<String, String> path) {
        this.request = request;
        this.response = response;
        this.callback = callback;
        this.version = version;
        this.path = path;
    }

    ApiVersion version() {
        return version;
    }

    /** The part of the path that stands where the route has {@code {name}}. */
    String path(String name) {
        String value = path.get(name);
        if (value == null) {
            throw new IllegalStateException("the route has no {" + name + "}");
        }
        return value;
    }

    // The query

    private Fields query() {
        Fields known = query;
        if (known == null) {
            try {
                known = Request.extractQueryParameters(request);
            } catch (RuntimeException e) {
                throw new EngineException(EngineException.Kind.INVALID, "the query of the URL cannot be read", e);
            }
            query = known;
        }
        return known;
    }

    /** A parameter, null where it is missing or empty. */
    @Nullable
    String query(String name) {
        String value = query().getValue(name);
        return value == null || value.isEmpty() ? null : value;
    }

    String required(String name) {
        String value = query(name);
        if (value == null) {
            throw EngineException.invalid("the parameter '" + name + "' is missing");
        }
        return value;
    }

    List<String> queries(String name) {
        return query().getValuesOrEmpty(name);
    }

    /** A switch as Docker reads one: everything but nothing, 0, no, false and none is true. */
    boolean flag(String name, boolean missing) {
        String value = query().getValue(name);
        if (value == null) {
            return missing;
        }
        return switch (value.strip().toLowerCase(java.util.Locale.ROOT)) {
            case "", "0", "no", "false", "none" -> false;
            default -> true;
        };
    }

    boolean flag(String name) {
        return flag(name, false);
    }

    int number(String name, int missing) {
        String value = query(name);
        if (value == null) {
            return missing;
        }
        try {
            return Integer.parseInt(value);
        } catch (NumberFormatException e) {
            throw new EngineException(
                    EngineException.Kind.INVALID, "the parameter '" + name + "' is no number: " + value, e);
        }
    }

    /** Rows or columns of a terminal. */
    int size(String name) {
        int size = number(name, -1);
        if (size < 0 || size > MOST_CELLS) {
            throw EngineException.invalid("the parameter '" + name + "' has to be a number of rows or columns, 0 to "
                    + MOST_CELLS + ": " + query(name));
        }
        return size;
    }

    Filters filters() {
        return Filters.parse(query("filters"));
    }

    @Nullable
    String header(HttpHeader header) {
        return request.getHeaders().get(header);
    }

    /** A header's first value by its name in any case; null where it is missing. */
    @Nullable
    String header(String name) {
        return request.getHeaders().get(name);
    }

    /** Whether the client asks for the connection itself. */
    boolean wantsUpgrade() {
        return request.getHeaders().contains(HttpHeader.UPGRADE);
    }

    // The body

    /** The body as JSON; null for no body and for {@code null}. */
    <T> @Nullable T json(Class<T> type) throws IOException {
        byte[] bytes = jsonBody();
        return bytes.length == 0 ? null : Json.read(type, bytes);
    }

    /**
     * The bytes of a body that has to be JSON, or of none.
     *
     * @throws EngineException {@code INVALID} in Docker's words where it says that it is something else
     */
    byte[] jsonBody() throws IOException {
        byte[] bytes = body();
        String said = header(HttpHeader.CONTENT_TYPE);
        String type = said == null ? "" : said.split(";", 2)[0].strip();
        if (bytes.length > 0 && !type.equalsIgnoreCase(JSON_TYPE)) {
            throw EngineException.invalid(
                    type.isEmpty()
                            ? "malformed Content-Type header (): mime: no media type"
                            : "unsupported Content-Type header (" + type + "): must be 'application/json'");
        }
        return bytes;
    }

    /** The bytes of a small body. */
    byte[] body() throws IOException {
        if (request.getLength() == 0) {
            return new byte[0];
        }
        if (request.getLength() > MAX_JSON) {
            throw tooLarge();
        }
        // Not closed: closing what is not read to its end would cut the connection before the answer.
        byte[] bytes = bodyStream().readNBytes(MAX_JSON + 1);
        if (bytes.length > MAX_JSON) {
            throw tooLarge();
        }
        return bytes;
    }

    private static EngineException tooLarge() {
        return EngineException.invalid("the body is larger than " + (MAX_JSON >> 20) + " MiB");
    }

    /** The body. Closing it leaves what was not read to the answer: see {@link #readRest}. */
    InputStream bodyStream() {
        return new FilterInputStream(Content.Source.asInputStream(request)) {
            @Override
            public void close() {
                // Jetty would cut the connection of a client that is still sending.
            }
        };
    }

    /**
     * Reads to the end what a client sends behind what was of use. Without that it may find its connection closed before
     * it has sent all, and never look for the answer. Not more than some: whoever sends for ever gets no answer.
     */
    static void readRest(InputStream body) throws IOException {
        byte[] bytes = new byte[8 << 10];
        int left = MAX_JSON;
        for (int n = body.read(bytes); n >= 0 && left > 0; n = body.read(bytes)) {
            left -= n;
        }
    }

    /** From now on nobody has to say anything, or to read: a wait or a log may be silent for days. */
    void patient() {
        endPoint().setIdleTimeout(0);
    }

    EndPoint endPoint() {
        return connection().getConnection().getEndPoint();
    }

    ConnectionMetaData connection() {
        return request.getConnectionMetaData();
    }

    // The reply

    void reply(int status) {
        drain();
        response.setStatus(status);
        callback.succeeded();
    }

    /** Before an answer, see {@link #readRest}; not of what is said to be long. */
    private void drain() {
        long length = request.getLength();
        if (length == 0 || length > MAX_JSON || request.getHeaders().contains(HttpHeader.EXPECT)) {
            return;
        }
        endPoint().setIdleTimeout(IDLE);
        try {
            readRest(bodyStream());
        } catch (IOException e) {
            // The answer will not reach it then.
        }
    }

    void json(int status, Object body) {
        bytes(status, JSON_TYPE, Json.write(body));
    }

    void json(Object body) {
        json(200, body);
    }

    /** As {@link #json(Object)}, where a null is written, as Docker does in what it tells of one thing. */
    void jsonWithNulls(Object body) {
        bytes(200, JSON_TYPE, Json.writeWithNulls(body));
    }

    void text(int status, String body) {
        bytes(status, "text/plain; charset=utf-8", body.getBytes(StandardCharsets.UTF_8));
    }

    void bytes(int status, String type, byte[] body) {
        drain();
        response.setStatus(status);
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, type);
        response.getHeaders().put(HttpHeader.CONTENT_LENGTH, body.length);
        response.write(true, ByteBuffer.wrap(body), callback);
    }

    /** Answers an error; where an answer has begun, cuts the connection, so that nobody takes half for the whole. */
    void error(int status, String message) {
        if (response.isCommitted()) {
            callback.failed(new IOException(message));
            return;
        }
        String server = response.getHeaders().get(HttpHeader.SERVER);
        response.reset();
        describe(response, server == null ? "" : server);
        if (status == 304) {
            reply(status);
        } else {
            json(status, new SystemJson.Message(message));
        }
    }

    /** The headers of every reply. */
    static void describe(Response response, String server) {
        response.getHeaders()
                .put(HttpHeader.SERVER, server)
                .put("Api-Version", ApiVersion.NEWEST.toString())
                .put("Builder-Version", "1")
                .put("Docker-Experimental", "false")
                .put("Ostype", "linux")
                .put("Swarm", "inactive");
    }

    void header(String name, String value) {
        response.getHeaders().put(name, value);
    }

    /** Begins an answer of unknown length, and sends its head now. */
    Sink stream(int status, String type) throws IOException {
        Sink sink = lazyStream(status, type);
        sink.write(ByteBuffer.allocate(0));
        return sink;
    }

    /** Begins an answer of unknown length whose head is sent with its first bytes. */
    Sink lazyStream(int status, String type) {
        patient();
        response.setStatus(status);
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, type);
        return new Body();
    }

    /** Answers 101 and hands the connection over. */
    void upgrade(String type, org.eclipse.jetty.io.Connection connection) {
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, type);
        upgradeTo("tcp", connection);
    }

    /** As {@link #upgrade}, to a protocol that says for itself what its bytes are. */
    void upgradeTo(String protocol, org.eclipse.jetty.io.Connection connection) {
        response.setStatus(101);
        response.getHeaders().put(HttpHeader.CONNECTION, "Upgrade");
        response.getHeaders().put(HttpHeader.UPGRADE, protocol);
        request.setAttribute(org.eclipse.jetty.server.HttpStream.UPGRADE_CONNECTION_ATTRIBUTE, connection);
        response.write(true, null, callback);
    }

    /** The rest of a stream's answer without waiting, for whoever may not wait: the last bytes of it. */
    void finish(byte[] last) {
        response.write(true, ByteBuffer.wrap(last), callback);
    }

    /** Gives up on a client that has gone. */
    void abandon(Throwable why) {
        callback.failed(why);
    }

    /** The body of an answer in chunks. */
    private final class Body implements Sink {
        @Override
        public void write(ByteBuffer bytes) throws IOException {
            try (Blocker.Callback done = Blocker.callback()) {
                response.write(false, bytes, done);
                done.block();
            }
        }

        @Override
        public void close() {
            callback.succeeded();
        }
    }
}
