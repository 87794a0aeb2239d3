package ondol.cli.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import org.jspecify.annotations.Nullable;

/** The head of an answer, and its body as a stream. */
public final class Response {
    private final int status;
    private final String reason;
    private final ArrayList<String> headers = new ArrayList<>(16);
    private @Nullable Body body;

    Response(int status, String reason) {
        this.status = status;
        this.reason = reason;
    }

    void add(String name, String value) {
        headers.add(name);
        headers.add(value);
    }

    void start(String method, Wire wire) throws IOException {
        body = new Body(wire, length(method));
    }

    private long length(String method) throws IOException {
        if (status == 101) return Body.UNTIL_CLOSE;
        if (method.equals("HEAD") || status == 204 || status == 304 || status < 200) return 0;
        String encoding = header("Transfer-Encoding");
        String length = header("Content-Length");
        if (encoding != null) {
            if (!encoding.equalsIgnoreCase("chunked") || length != null)
                throw new IOException("the engine sent a body framed in a way that is not understood: " + encoding);
            return Body.CHUNKED;
        }
        if (length == null) return Body.UNTIL_CLOSE;
        for (int i = 0; i < headers.size(); i += 2)
            if (headers.get(i).equalsIgnoreCase("Content-Length")
                    && !headers.get(i + 1).equals(length))
                throw new IOException("the engine announced two lengths for one body");
        for (int i = 0; i < length.length(); i++)
            if (length.charAt(i) < '0' || length.charAt(i) > '9' || i > 17) throw badLength(length);
        if (length.isEmpty()) throw badLength(length);
        return Long.parseLong(length);
    }

    private static IOException badLength(String length) {
        return new IOException("the engine announced a body of impossible length: " + length);
    }

    /** The status code. */
    public int status() {
        return status;
    }

    /** The words after the status code, often empty. */
    public String reason() {
        return reason;
    }

    /** The first header of this name (in any case), or null. */
    public @Nullable String header(String name) {
        for (int i = 0; i < headers.size(); i += 2)
            if (headers.get(i).equalsIgnoreCase(name)) return headers.get(i + 1);
        return null;
    }

    /** The body. Reading it to its end frees the connection for the next request. */
    public InputStream body() {
        Body stream = body;
        if (stream == null) throw new IllegalStateException("the answer has not begun");
        return stream;
    }

    /** The whole body, at most {@code limit} bytes of it; a longer one is an error. */
    public byte[] bytes(int limit) throws IOException {
        InputStream stream = body();
        ByteArrayOutputStream all = new ByteArrayOutputStream(1024);
        byte[] buffer = new byte[8192];
        for (int n = stream.read(buffer); n >= 0; n = stream.read(buffer)) {
            if (all.size() + n > limit) throw new IOException("the engine's answer is longer than " + limit + " bytes");
            all.write(buffer, 0, n);
        }
        return all.toByteArray();
    }

    boolean complete() {
        Body stream = body;
        String connection = header("Connection");
        return stream != null && stream.done() && (connection == null || !connection.equalsIgnoreCase("close"));
    }
}
