package ondol.image.registry;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import java.util.zip.GZIPOutputStream;
import ondol.oci.image.Descriptor;
import ondol.oci.image.Digest;
import ondol.oci.image.ImageJson;
import ondol.oci.image.Manifest;
import ondol.oci.image.MediaTypes;
import ondol.oci.image.Reference;
import org.jspecify.annotations.Nullable;

/** A registry on a loopback port that has one image, and answers single requests as a test wants it. */
final class LittleRegistry implements AutoCloseable {
    /** For pulls that nobody watches. */
    static final Progress QUIET = new Progress() {
        @Override
        public void status(String id, String status) {}

        @Override
        public void bytes(String id, String status, long current, long total) {}
    };

    /** A request, with header names in small letters. */
    record Request(String method, String path, Map<String, String> headers) {
        @Nullable
        String header(String name) {
            return headers.get(name);
        }
    }

    /** An answer. {@code length} is what is announced; {@code body} what comes, over and over where {@code endless}. */
    record Answer(int status, Map<String, String> headers, byte[] body, long length, boolean endless) {
        static Answer of(int status, String body, String... headers) {
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            Map<String, String> named = new LinkedHashMap<>();
            for (int i = 0; i < headers.length; i += 2) {
                named.put(headers[i], headers[i + 1]);
            }
            return new Answer(status, named, bytes, bytes.length, false);
        }

        static Answer of(byte[] body, String type) {
            return new Answer(200, new LinkedHashMap<>(Map.of("Content-Type", type)), body, body.length, false);
        }
    }

    /** What a test makes of a request; null for the honest answer. */
    interface Lie {
        @Nullable
        Answer to(Request request);
    }

    final Map<String, Answer> honest = new ConcurrentHashMap<>();
    final List<Request> seen = new CopyOnWriteArrayList<>();
    volatile Lie lie = request -> null;
    private final ServerSocket server;

    LittleRegistry() throws IOException {
        server = new ServerSocket(0, 50, InetAddress.ofLiteral("127.0.0.1"));
        Thread.ofVirtual().start(this::accept);
    }

    String host() {
        return "127.0.0.1:" + server.getLocalPort();
    }

    Reference name(String rest) {
        return Reference.parse(host() + "/" + rest);
    }

    long count(String method, String part) {
        return seen.stream()
                .filter(r -> r.method().equals(method) && r.path().contains(part))
                .count();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                Thread.ofVirtual().start(() -> serve(socket));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            OutputStream out = socket.getOutputStream();
            while (true) {
                String line = line(in);
                String[] words = line.split(" ");
                if (words.length < 3 || !words[2].startsWith("HTTP")) {
                    return; // TLS, which is not spoken here
                }
                Map<String, String> headers = new LinkedHashMap<>();
                for (String header = line(in); !header.isEmpty(); header = line(in)) {
                    int colon = header.indexOf(':');
                    headers.put(
                            header.substring(0, colon).toLowerCase(Locale.ROOT),
                            header.substring(colon + 1).strip());
                }
                in.readNBytes(Integer.parseInt(headers.getOrDefault("content-length", "0")));
                Request request = new Request(words[0], words[1], headers);
                seen.add(request);
                if (!answer(request, out)) {
                    return;
                }
            }
        } catch (IOException e) {
            // the client went
        }
    }

    private boolean answer(Request request, OutputStream out) throws IOException {
        Answer lied = lie.to(request);
        Answer answer = lied == null ? honest(request) : lied;
        StringBuilder head = new StringBuilder("HTTP/1.1 " + answer.status() + " x\r\n");
        answer.headers().forEach((k, v) -> head.append(k + ": " + v + "\r\n"));
        if (!answer.endless()) {
            head.append("Content-Length: " + answer.length() + "\r\n");
        }
        out.write(head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
        if (request.method().equals("HEAD")) {
            return true;
        }
        do {
            out.write(answer.body());
        } while (answer.endless());
        return answer.length() == answer.body().length;
    }

    private Answer honest(Request request) {
        if (request.path().equals("/v2/")) {
            return Answer.of(200, "{}", "Content-Type", "application/json");
        }
        Answer found = honest.get(request.path());
        if (found == null) {
            boolean manifest = request.path().contains("/manifests/");
            String code = manifest ? "MANIFEST_UNKNOWN" : "BLOB_UNKNOWN";
            return Answer.of(
                    404,
                    "{\"errors\":[{\"code\":\"%s\",\"message\":\"manifest unknown\"}]}".formatted(code),
                    "Content-Type",
                    "application/json");
        }
        String range = request.header("range");
        if (range == null || !request.method().equals("GET")) {
            return found;
        }
        int from = Integer.parseInt(range.replaceAll("\\D", ""));
        byte[] rest = java.util.Arrays.copyOfRange(found.body(), from, found.body().length);
        int total = found.body().length;
        return new Answer(
                206,
                Map.of("Content-Range", "bytes %d-%d/%d".formatted(from, total - 1, total)),
                rest,
                rest.length,
                false);
    }

    private static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        int b;
        while ((b = in.read()) != '\n') {
            if (b < 0 || line.size() > 8192) {
                throw new IOException("the end");
            }
            if (b != '\r') {
                line.write(b);
            }
        }
        return line.toString(StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() throws IOException {
        server.close();
    }

    // The image

    /** Some random bytes in a file, as a tar. */
    static byte[] tar(String file, byte[] content) {
        byte[] header = new byte[512];
        put(header, 0, file);
        put(header, 100, "0000644\0");
        put(header, 108, "0000000\0");
        put(header, 116, "0000000\0");
        put(header, 124, "%011o\0".formatted(content.length));
        put(header, 136, "00000000000\0");
        put(header, 148, "        ");
        header[156] = '0';
        put(header, 257, "ustar\00000");
        int sum = 0;
        for (byte b : header) {
            sum += b & 0xff;
        }
        put(header, 148, "%06o\0 ".formatted(sum));
        byte[] tar = java.util.Arrays.copyOf(header, 512 + (content.length + 511) / 512 * 512 + 1024);
        System.arraycopy(content, 0, tar, 512, content.length);
        return tar;
    }

    private static void put(byte[] header, int at, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        System.arraycopy(bytes, 0, header, at, bytes.length);
    }

    static byte[] gzip(byte[] bytes) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
            out.write(bytes);
        }
        return packed.toByteArray();
    }

    /** What a layer is in the manifest and in the configuration. */
    record LayerText(Descriptor blob, String diffId) {}

    Descriptor blob(String repository, String type, byte[] bytes) {
        Descriptor blob = Descriptor.of(type, Digest.of(bytes), bytes.length);
        honest.put("/v2/" + repository + "/blobs/" + blob.digest(), Answer.of(bytes, "application/octet-stream"));
        return blob;
    }

    LayerText layer(String repository, byte[] tar) throws IOException {
        return new LayerText(
                blob(repository, MediaTypes.LAYER_GZIP, gzip(tar)),
                Digest.of(tar).toString());
    }

    /** Adds an image, and gives the digest of its manifest. */
    Digest image(String repository, String tag, List<LayerText> layers) {
        return image(repository, tag, layers, json -> json);
    }

    Digest image(String repository, String tag, List<LayerText> layers, UnaryOperator<String> changed) {
        String diffIds = String.join(
                ",", layers.stream().map(l -> '"' + l.diffId() + '"').toList());
        String config = "{\"architecture\":\"amd64\",\"os\":\"linux\",\"rootfs\":{\"type\":\"layers\",\"diff_ids\":["
                + diffIds + "]}}";
        Descriptor described = blob(repository, MediaTypes.CONFIG, config.getBytes(StandardCharsets.UTF_8));
        byte[] manifest = ImageJson.write(
                Manifest.of(described, layers.stream().map(LayerText::blob).toList(), null));
        return manifest(
                repository,
                tag,
                MediaTypes.MANIFEST,
                changed.apply(new String(manifest, StandardCharsets.UTF_8)).getBytes(StandardCharsets.UTF_8));
    }

    Digest manifest(String repository, String tag, String type, byte[] bytes) {
        Digest digest = Digest.of(bytes);
        Answer answer = Answer.of(bytes, type);
        answer.headers().put("Docker-Content-Digest", digest.toString());
        honest.put("/v2/" + repository + "/manifests/" + tag, answer);
        honest.put("/v2/" + repository + "/manifests/" + digest, answer);
        return digest;
    }
}
