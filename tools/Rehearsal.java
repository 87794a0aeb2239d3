import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Asks an engine for what the docker command asks it most, some times over, so that an archive made of what that engine
 * then did tells the next one which code to compile before anybody asks. usage: java Rehearsal.java SOCKET NETWORK ROUNDS
 */
final class Rehearsal {
    private static final Pattern ID = Pattern.compile("\"Id\":\"([0-9a-f]{64})\"");
    private static final Pattern LENGTH = Pattern.compile("(?i)\r\nContent-Length: (\\d+)\r\n");
    private static final String ROOM = "rehearsal-room";
    private static final String UPGRADE = "Connection: Upgrade\r\nUpgrade: tcp\r\n";
    private static final String EXECUTION = """
            {"User":"","Privileged":false,"Tty":false,"AttachStdin":false,"AttachStderr":true,"AttachStdout":true,"DetachKeys":"",
             "Env":null,"WorkingDir":"","Cmd":["true"]}""";

    private final UnixDomainSocketAddress socket;
    private final String network;

    private Rehearsal(String socket, String network) {
        this.socket = UnixDomainSocketAddress.of(socket);
        this.network = network;
    }

    public static void main(String[] args) throws IOException {
        new Rehearsal(args[0], args[1]).run(Integer.parseInt(args[2]));
    }

    private void run(int rounds) throws IOException {
        try (Connection docker = new Connection()) {
            docker.ask("POST", "/containers/create?name=" + ROOM, container("sleep", false));
            docker.ask("POST", "/containers/" + ROOM + "/start", "");
            for (int i = 0; i < rounds; i++) {
                execute();
                attached("rehearsal-" + i);
                execute();
                detached("rehearsal-" + i);
                look();
            }
            docker.ask("DELETE", "/containers/" + ROOM + "?force=1", "");
        }
    }

    /** docker exec */
    private void execute() throws IOException {
        try (Connection docker = new Connection()) {
            docker.ask("HEAD", "/_ping", "");
            docker.ask("GET", "/containers/" + ROOM + "/json", "");
            Matcher id = ID.matcher(docker.ask("POST", "/containers/" + ROOM + "/exec", EXECUTION));
            if (!id.find()) {
                throw new IOException("no execution");
            }
            try (Connection output = new Connection()) {
                output.send("POST", "/exec/" + id.group(1) + "/start", "{\"Detach\":false,\"Tty\":false}", UPGRADE);
                output.readAll();
            }
            docker.ask("GET", "/exec/" + id.group(1) + "/json", "");
        }
    }

    /** docker run --rm */
    private void attached(String name) throws IOException {
        try (Connection docker = new Connection();
                Connection output = new Connection();
                Connection end = new Connection()) {
            docker.ask("HEAD", "/_ping", "");
            docker.ask("POST", "/containers/create?name=" + name, container("true", true));
            output.send("POST", "/containers/" + name + "/attach?stderr=1&stdout=1&stream=1", "", UPGRADE);
            output.readHead();
            end.send("POST", "/containers/" + name + "/wait?condition=removed", "", "");
            String answered = end.readHead();
            docker.ask("POST", "/containers/" + name + "/start", "");
            output.readAll();
            end.readBody(answered);
        }
    }

    /** docker run -d; docker rm -f */
    private void detached(String name) throws IOException {
        try (Connection docker = new Connection()) {
            docker.ask("HEAD", "/_ping", "");
            docker.ask("POST", "/containers/create?name=" + name, container("sleep", false));
            docker.ask("POST", "/containers/" + name + "/start", "");
        }
        try (Connection docker = new Connection()) {
            docker.ask("HEAD", "/_ping", "");
            docker.ask("DELETE", "/containers/" + name + "?force=1", "");
        }
    }

    /** docker version, ps, inspect, logs */
    private void look() throws IOException {
        for (String what : List.of("/version", "/containers/json", "/containers/" + ROOM + "/json",
                "/containers/" + ROOM + "/logs?stderr=1&stdout=1")) {
            try (Connection docker = new Connection()) {
                docker.ask("HEAD", "/_ping", "");
                docker.ask("GET", what, "");
            }
        }
    }

    /** A container that ends at once, or one that sleeps, with the fields that the docker command fills in. */
    private String container(String command, boolean remove) {
        return """
            {"Hostname":"","Domainname":"","User":"","AttachStdin":false,"AttachStdout":true,"AttachStderr":true,"Tty":false,
             "OpenStdin":false,"StdinOnce":false,"Env":null,"Cmd":["%s"%s],"Image":"host","Volumes":{},"WorkingDir":"",
             "Entrypoint":null,"OnBuild":null,"Labels":{},"HostConfig":{"Binds":null,"ContainerIDFile":"",
             "LogConfig":{"Type":"","Config":{}},"NetworkMode":"%s","PortBindings":{},
             "RestartPolicy":{"Name":"no","MaximumRetryCount":0},"AutoRemove":%s,"ConsoleSize":[24,80],"CapAdd":null,
             "Dns":[],"IpcMode":"","PidMode":"","Privileged":false,"SecurityOpt":null,"Memory":0,"NanoCpus":0,"Devices":[],
             "Ulimits":[],"MaskedPaths":null,"ReadonlyPaths":null},
             "NetworkingConfig":{"EndpointsConfig":{"%s":{"Aliases":null,"DriverOpts":null}}}}"""
                .formatted(command, command.equals("sleep") ? ",\"1000\"" : "", network, remove, network);
    }

    /** One to the engine, on which a request waits for the answer to the last, as with clients. */
    private final class Connection implements AutoCloseable {
        private final SocketChannel channel = SocketChannel.open(socket);
        private final ByteBuffer bytes = ByteBuffer.allocate(8192);
        private final StringBuilder read = new StringBuilder();

        Connection() throws IOException {}

        /** Sends, and returns the answer's body; its head where nothing else is asked for. */
        String ask(String method, String target, String json) throws IOException {
            send(method, target, json, "");
            String head = readHead();
            return method.equals("HEAD") ? head : readBody(head);
        }

        void send(String method, String target, String json, String headers) throws IOException {
            String request = method + " /v1.51" + target + " HTTP/1.1\r\nHost: ondol\r\nUser-Agent: rehearsal\r\n" + headers
                    + (json.isEmpty() ? "" : "Content-Type: application/json\r\n")
                    + (method.equals("POST") ? "Content-Length: " + json.length() + "\r\n\r\n" : "\r\n") + json;
            ByteBuffer sent = ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII));
            while (sent.hasRemaining()) {
                channel.write(sent);
            }
        }

        String readHead() throws IOException {
            int end;
            while ((end = read.indexOf("\r\n\r\n")) < 0) {
                more();
            }
            return taken(end + 4);
        }

        /** What follows a head: of a length, in chunks, or nothing. */
        String readBody(String head) throws IOException {
            Matcher length = LENGTH.matcher(head);
            if (head.startsWith("HTTP/1.1 204")) {
                return "";
            }
            if (length.find()) {
                while (read.length() < Integer.parseInt(length.group(1))) {
                    more();
                }
            } else {
                while (read.indexOf("\r\n0\r\n\r\n") < 0 && read.indexOf("0\r\n\r\n") != 0) {
                    more();
                }
            }
            return taken(read.length());
        }

        private String taken(int length) {
            String taken = read.substring(0, length);
            read.delete(0, length);
            return taken;
        }

        void readAll() throws IOException {
            while (channel.read(bytes) >= 0) {
                bytes.clear();
            }
        }

        private void more() throws IOException {
            if (channel.read(bytes) < 0) {
                throw new IOException("the engine ended the connection after: " + read);
            }
            read.append(StandardCharsets.ISO_8859_1.decode(bytes.flip()));
            bytes.clear();
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
