package ondol.cli.http;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** One connection to an engine. It carries one exchange at a time; after a body was read to its end, the next one. */
public final class Connection implements Closeable {
    private static final int HEAD_LINE = 16 * 1024;
    private static final int HEAD_LINES = 200;

    private final ByteChannel channel;
    private final String host;
    private final Wire wire;
    private @Nullable Response last;

    Connection(ByteChannel channel, String host) {
        this.channel = channel;
        this.host = host;
        this.wire = new Wire(channel);
    }

    /** Whether another request may be sent: the last answer was read to its end and nobody asked to close. */
    public boolean reusable() {
        Response response = last;
        return channel.isOpen() && (response == null || response.complete());
    }

    /**
     * Sends a request with a body in memory, or with none, and reads the head of the answer.
     *
     * @param target path and query
     * @param body JSON, or null for none
     */
    public Response send(String method, String target, byte @Nullable [] body) throws IOException {
        request(method, target, body, "");
        return answer(method);
    }

    /** Sends a request only; {@link #answer} reads the head of what comes back. */
    public void request(String method, String target, byte @Nullable [] body, String headers) throws IOException {
        StringBuilder head = head(method, target).append(headers);
        if (body != null) head.append("Content-Type: application/json\r\n");
        if (body != null || method.equals("POST") || method.equals("PUT"))
            head.append("Content-Length: ")
                    .append(body == null ? 0 : body.length)
                    .append("\r\n");
        byte[] start = head.append("\r\n").toString().getBytes(StandardCharsets.UTF_8);
        if (body == null) {
            write(start, 0, start.length);
            return;
        }
        byte[] all = new byte[start.length + body.length];
        System.arraycopy(start, 0, all, 0, start.length);
        System.arraycopy(body, 0, all, start.length, body.length);
        write(all, 0, all.length);
    }

    /**
     * Sends a request whose body is a stream of unknown length, in chunks, and reads the head of the answer.
     *
     * @param type the body's media type
     */
    public Response upload(String method, String target, InputStream body, String type) throws IOException {
        return upload(method, target, body, type, "");
    }

    /** The same with further headers, each with its line's end. */
    public Response upload(String method, String target, InputStream body, String type, String headers)
            throws IOException {
        StringBuilder head = head(method, target);
        head.append(headers);
        head.append("Content-Type: ").append(type).append("\r\nTransfer-Encoding: chunked\r\n\r\n");
        byte[] start = head.toString().getBytes(StandardCharsets.UTF_8);
        write(start, 0, start.length);
        byte[] buffer = new byte[256 * 1024];
        try {
            for (int n = body.read(buffer); n >= 0; n = body.read(buffer)) if (n > 0) writeChunk(buffer, n);
            writeChunk(buffer, 0);
        } catch (IOException e) {
            // An engine that refuses early answers and closes; its answer says more than the broken pipe.
            try {
                return answer(method);
            } catch (IOException second) {
                e.addSuppressed(second);
                throw e;
            }
        }
        return answer(method);
    }

    private void writeChunk(byte[] bytes, int length) throws IOException {
        byte[] size = (Integer.toHexString(length) + "\r\n").getBytes(StandardCharsets.US_ASCII);
        byte[] chunk = new byte[size.length + length + 2];
        System.arraycopy(size, 0, chunk, 0, size.length);
        System.arraycopy(bytes, 0, chunk, size.length, length);
        chunk[chunk.length - 2] = '\r';
        chunk[chunk.length - 1] = '\n';
        write(chunk, 0, chunk.length);
    }

    /**
     * Asks for the connection itself: {@code Upgrade: tcp}. With status 101 (or 200 from an old engine) the body of the
     * answer is whatever the other side writes, and {@link #output} goes to it; any other status is an ordinary answer.
     */
    public Response hijack(String method, String target, byte @Nullable [] body) throws IOException {
        request(method, target, body, "Connection: Upgrade\r\nUpgrade: tcp\r\n");
        return answer(method);
    }

    private StringBuilder head(String method, String target) {
        for (int i = 0; i < target.length(); i++) {
            char c = target.charAt(i);
            if (c <= ' ' || c == 0x7f) throw new IllegalArgumentException("not a request target: " + target);
        }
        StringBuilder head = new StringBuilder(256);
        head.append(method)
                .append(' ')
                .append(target)
                .append(" HTTP/1.1\r\nHost: ")
                .append(host);
        return head.append("\r\nUser-Agent: Ondol-Client\r\n");
    }

    /** Reads the head of an answer. */
    public Response answer(String method) throws IOException {
        Response response;
        int interim = 0;
        do {
            response = readHead(method);
            if (interim++ > 10) throw new IOException("the engine sent only interim answers");
        } while (response.status() >= 100 && response.status() < 200 && response.status() != 101);
        last = response;
        return response;
    }

    private Response readHead(String method) throws IOException {
        String line = wire.line(HEAD_LINE);
        if (!line.startsWith("HTTP/1.") || line.length() < 12)
            throw new IOException("this is no HTTP/1.1 answer: " + printable(line));
        int status;
        try {
            status = Integer.parseInt(line, 9, 12, 10);
        } catch (NumberFormatException e) {
            throw new IOException("this is no HTTP/1.1 answer: " + printable(line));
        }
        Response response = new Response(status, line.length() > 13 ? line.substring(13) : "");
        for (int i = 0; ; i++) {
            String header = wire.line(HEAD_LINE);
            if (header.isEmpty()) break;
            if (i == HEAD_LINES) throw new IOException("the engine sent more than " + HEAD_LINES + " headers");
            int colon = header.indexOf(':');
            if (colon <= 0) throw new IOException("the engine sent a header without a colon: " + printable(header));
            response.add(header.substring(0, colon), header.substring(colon + 1).strip());
        }
        response.start(method, wire);
        return response;
    }

    private static String printable(String line) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < line.length() && i < 60; i++) text.append(line.charAt(i) < ' ' ? '?' : line.charAt(i));
        return text.toString();
    }

    void write(byte[] bytes, int offset, int length) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes, offset, length);
        while (buffer.hasRemaining()) channel.write(buffer);
    }

    /** The way to the engine after {@link #hijack}; every write is sent at once. */
    public OutputStream output() {
        return new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                Connection.this.write(new byte[] {(byte) b}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                Connection.this.write(bytes, offset, length);
            }
        };
    }

    /** Says that no more bytes will come from here, and keeps reading possible. */
    public void closeOutput() throws IOException {
        if (channel instanceof SocketChannel plain) plain.shutdownOutput();
        else if (channel instanceof TlsChannel secure) secure.closeOutput();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
