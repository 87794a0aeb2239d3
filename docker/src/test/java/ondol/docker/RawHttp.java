package ondol.docker;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** A connection on which a test says exactly what it wants. */
record RawHttp(SocketChannel channel) implements AutoCloseable {
    static RawHttp connect(Path socket) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        channel.connect(UnixDomainSocketAddress.of(socket));
        return new RawHttp(channel);
    }

    RawHttp send(String text) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
        return this;
    }

    RawHttp get(String path) throws IOException {
        return send("GET " + path + " HTTP/1.1\r\nHost: d\r\n\r\n");
    }

    RawHttp post(String path, String body) throws IOException {
        return post(path, "", body);
    }

    RawHttp post(String path, String headers, String body) throws IOException {
        return send("POST " + path + " HTTP/1.1\r\nHost: d\r\nContent-Type: application/json\r\n" + headers
                + "Content-Length: " + body.length() + "\r\n\r\n" + body);
    }

    static final String UPGRADE = "Connection: Upgrade\r\nUpgrade: tcp\r\n";

    void halfClose() throws IOException {
        channel.shutdownOutput();
    }

    /** A reply: its head, and a body of the length that the head says. */
    record Reply(int status, String head, String body) {}

    Reply reply() throws IOException {
        String head = head();
        int status = Integer.parseInt(head, 9, 12, 10);
        int at = head.indexOf("Content-Length: ");
        String body = "";
        if (at >= 0) {
            int length = Integer.parseInt(head.substring(at + 16, head.indexOf('\r', at)));
            body = bytes(length);
        }
        return new Reply(status, head, body);
    }

    String head() throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            head.append(bytes(1));
        }
        return head.toString();
    }

    String bytes(int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        while (bytes.hasRemaining()) {
            if (channel.read(bytes) < 0) {
                throw new IOException("ended after " + bytes.position() + " of " + length + " bytes");
            }
        }
        return new String(bytes.array(), StandardCharsets.ISO_8859_1);
    }

    /** All until the server ends. */
    String rest() throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        ByteBuffer bytes = ByteBuffer.allocate(8192);
        while (channel.read(bytes) >= 0) {
            all.write(bytes.array(), 0, bytes.position());
            bytes.clear();
        }
        return all.toString(StandardCharsets.ISO_8859_1);
    }

    /** The payloads of the stream's frames until the server ends, each after its stream's number. */
    String frames() throws IOException {
        String all = rest();
        StringBuilder out = new StringBuilder();
        int at = 0;
        while (at < all.length()) {
            int length = ByteBuffer.wrap(all.substring(at + 4, at + 8).getBytes(StandardCharsets.ISO_8859_1))
                    .getInt();
            out.append((int) all.charAt(at)).append(all, at + 8, at + 8 + length);
            at += 8 + length;
        }
        return out.toString();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
