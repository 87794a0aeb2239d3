package ondol.docker;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Asks a new server what clients ask most, so that the first who come find the code compiled: without it an execution takes
 * ten milliseconds more, for its first few hundred. Half of the time it sleeps, and after some seconds it is over. What it
 * asks for does not exist, so nothing comes of it.
 */
final class WarmUp implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(WarmUp.class.getName());

    /** By then whoever started the engine for one command has its answer. */
    private static final long DELAY = 1000;

    private static final int ROUNDS = 200;

    /** No name of anything: it begins with no letter or digit. */
    private static final String NOBODY = "-";

    private static final String CONTAINER = """
            {"Hostname": "", "User": "", "AttachStdin": false, "AttachStdout": true, "AttachStderr": true, "Tty": false,
             "OpenStdin": false, "Env": ["A=b"], "Cmd": ["true"], "Image": "-", "Volumes": {}, "WorkingDir": "", "Labels": {},
             "HostConfig": {"Binds": [], "NetworkMode": "default", "PortBindings": {},
              "RestartPolicy": {"Name": "no", "MaximumRetryCount": 0}, "AutoRemove": true, "LogConfig": {"Type": "", "Config": {}},
              "CapAdd": [], "Dns": [], "Memory": 0, "NanoCpus": 0, "Devices": [], "Ulimits": [], "MaskedPaths": null},
             "NetworkingConfig": {"EndpointsConfig": {"default": {"Aliases": []}}}}""";

    private static final byte[] REQUESTS = (request("HEAD", "/_ping", "")
                    + request("POST", "/v1.51/containers/create?name=-", CONTAINER)
                    + request("GET", "/v1.51/containers/%s/json".formatted(NOBODY), "")
                    + request(
                            "POST",
                            "/v1.51/containers/%s/exec".formatted(NOBODY),
                            "{\"AttachStdout\": true, \"AttachStderr\": true, \"Cmd\": [\"true\"]}")
                    + request("POST", "/v1.51/exec/%s/start".formatted(NOBODY), "{\"Detach\": false, \"Tty\": false}")
                    + request("GET", "/v1.51/exec/%s/json".formatted(NOBODY), "")
                    + request("POST", "/v1.51/containers/%s/start".formatted(NOBODY), "")
                    + request("GET", "/v1.51/containers/json?limit=1", "")
                    + request("GET", "/v1.51/images/host/json", "Connection: close"))
            .getBytes(StandardCharsets.US_ASCII);

    private final Path socket;
    private final Thread thread;

    private WarmUp(Path socket) {
        this.socket = socket;
        this.thread = Thread.ofPlatform().daemon().name("warm-up").unstarted(this::run);
    }

    /** Begins, after a moment, with the server on a unix socket. */
    static WarmUp begin(Path socket) {
        WarmUp begun = new WarmUp(socket);
        begun.thread.start();
        return begun;
    }

    /** A request with a body of JSON, or with a further header, or with neither. */
    private static String request(String method, String target, String more) {
        String head = method + " " + target + " HTTP/1.1\r\nHost: ondol\r\nUser-Agent: warm-up\r\n";
        return more.startsWith("{")
                ? head + "Content-Type: application/json\r\nContent-Length: " + more.length() + "\r\n\r\n" + more
                : head + (more.isEmpty() ? "\r\n" : more + "\r\n\r\n");
    }

    private void run() {
        try {
            Thread.sleep(DELAY);
            ByteBuffer answers = ByteBuffer.allocate(64 << 10);
            for (int i = 0; i < ROUNDS; i++) {
                long begun = System.nanoTime();
                round(answers);
                Thread.sleep(1 + (System.nanoTime() - begun) / 1_000_000);
            }
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "not warmed up", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the server closes
        }
    }

    private void round(ByteBuffer answers) throws IOException {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            ByteBuffer requests = ByteBuffer.wrap(REQUESTS);
            while (requests.hasRemaining()) {
                channel.write(requests);
            }
            while (channel.read(answers) >= 0) {
                answers.clear();
            }
        }
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
