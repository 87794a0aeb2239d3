package ondol.docker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import ondol.engine.Engine;
import ondol.engine.EngineOptions;
import ondol.engine.Engines;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Bodies and parameters that are nearly right, against a real engine: each is answered with a sentence, none with a stack
 * trace or not at all. What is tried follows from a seed, which a failure tells.
 */
@Timeout(120)
class FuzzTest {
    private static final int ROUNDS = 40;

    private static final List<String> ODD = List.of(
            "null",
            "true",
            "0",
            "-1",
            "1e308",
            "1.5",
            "9223372036854775807",
            "-9223372036854775808",
            "99999999999999999999999999",
            "\"\"",
            "\"x\"",
            "\"-1\"",
            "\"../../../etc/passwd\"",
            "\"\\u0000\"",
            "\"\\ud800\"",
            "\"a b\\tc\\n\"",
            "\"" + "y".repeat(20_000) + "\"",
            "\"container:\"",
            "\"host\"",
            "[]",
            "[null]",
            "[\"\"]",
            "[\"x\",1,{}]",
            "[[[[[[]]]]]]",
            "{}",
            "{\"\":null}",
            "{\"a\":{\"b\":[{}]}}",
            "[{\"HostPort\":\"99999999\"}]",
            "[{\"Name\":\"nofile\",\"Soft\":-5,\"Hard\":\"x\"}]",
            "[".repeat(300) + "]".repeat(300));

    private static final List<String> ODD_WORDS = List.of(
            "",
            "x",
            "-1",
            "0",
            "1",
            "true",
            "99999999999999999999",
            "%00",
            "../..",
            "\ud83d\ude00",
            "null",
            "[]",
            "{}",
            "{\"label\":{\"a\":1}}",
            "{\"status\":[\"x\"]}",
            "{\"name\":[\"(a+)+$\"]}",
            "NaN",
            "1e400",
            "12.5.3",
            "9223372036854775807",
            "2026-99-99T00:00:00Z",
            "z".repeat(5000));

    /** What a client may say, and every field of it that is looked at. */
    private static final String CREATE = """
            {"Image":"host","Cmd":["true"],"Entrypoint":["sh"],"Env":["A=b"],"Labels":{"a":"b"},"User":"0","WorkingDir":"/",\
            "Hostname":"h","Domainname":"d","Tty":false,"OpenStdin":false,"StdinOnce":false,"AttachStdin":false,\
            "AttachStdout":true,"AttachStderr":true,"StopSignal":"TERM","StopTimeout":1,"ExposedPorts":{"80/tcp":{}},\
            "Volumes":{"/v":{}},"Healthcheck":{"Test":["NONE"],"Interval":1000000,"Retries":1},"NetworkDisabled":false,\
            "HostConfig":{"Memory":0,"MemorySwap":0,"MemoryReservation":0,"CpuShares":0,"NanoCpus":0,"CpuPeriod":0,\
            "CpuQuota":0,"CpusetCpus":"","CpusetMems":"","BlkioWeight":0,"BlkioWeightDevice":[],"BlkioDeviceReadBps":[],\
            "Devices":[{"PathOnHost":"/dev/null","PathInContainer":"/dev/x","CgroupPermissions":"r"}],\
            "DeviceCgroupRules":[],"PidsLimit":0,"Ulimits":[{"Name":"nofile","Soft":1024,"Hard":1024}],\
            "Binds":["/tmp:/m:ro"],"Mounts":[{"Type":"tmpfs","Target":"/t","TmpfsOptions":{"SizeBytes":1000}}],\
            "Tmpfs":{"/u":"size=1m"},"VolumesFrom":[],"NetworkMode":"none","PortBindings":{},\
            "RestartPolicy":{"Name":"no","MaximumRetryCount":0},"LogConfig":{"Type":"local","Config":{}},\
            "CapAdd":[],"CapDrop":["NET_RAW"],"SecurityOpt":["no-new-privileges"],"Sysctls":{},"ShmSize":1000000,\
            "IpcMode":"private","PidMode":"","UTSMode":"","UsernsMode":"","CgroupnsMode":"private","Dns":[],\
            "DnsSearch":[],"ExtraHosts":["a:1.2.3.4"],"GroupAdd":["1"],"OomScoreAdj":0,"Init":false,"Privileged":false,\
            "ReadonlyRootfs":false,"StorageOpt":{},"Runtime":"","CgroupParent":"","ConsoleSize":[0,0],"Annotations":{}},\
            "NetworkingConfig":{"EndpointsConfig":{"none":{"Aliases":[],"DriverOpts":{},"MacAddress":"","IPAMConfig":{}}}}}""";

    private static final List<String[]> BODIES = List.of(
            new String[] {"/containers/create", CREATE},
            new String[] {
                "/containers/box/update",
                "{\"Memory\":0,\"NanoCpus\":0,\"CpuShares\":2,\"PidsLimit\":0,\"RestartPolicy\":{\"Name\":\"no\"}}"
            },
            new String[] {
                "/containers/box/exec",
                "{\"Cmd\":[\"true\"],\"Env\":[\"a=b\"],\"User\":\"0\",\"WorkingDir\":\"/\",\"Tty\":false,"
                        + "\"AttachStdin\":false,\"AttachStdout\":true,\"DetachKeys\":\"ctrl-p\",\"Privileged\":false,"
                        + "\"ConsoleSize\":[1,2]}"
            },
            new String[] {"/exec/none/start", "{\"Detach\":true,\"Tty\":false,\"ConsoleSize\":[1,1]}"},
            new String[] {
                "/volumes/create",
                "{\"Name\":\"fuzzed\",\"Driver\":\"local\",\"DriverOpts\":{},\"Labels\":{\"a\":\"b\"}}"
            },
            new String[] {
                "/networks/create",
                "{\"Name\":\"\",\"Driver\":\"bridge\",\"Internal\":true,\"IPAM\":{\"Driver\":\"default\",\"Config\":"
                        + "[{\"Subnet\":\"10.1.0.0/33\",\"Gateway\":\"x\"}]},\"Options\":{},\"Labels\":{}}"
            },
            new String[] {"/networks/none/connect", "{\"Container\":\"box\",\"EndpointConfig\":{\"Aliases\":[\"x\"]}}"},
            new String[] {"/networks/none/disconnect", "{\"Container\":\"box\",\"Force\":true}"},
            new String[] {"/auth", "{\"username\":\"\",\"password\":\"\",\"serveraddress\":\"127.0.0.1:1\"}"});

    private static final List<String[]> QUERIES = List.of(
            new String[] {"GET", "/containers/json", "all", "limit", "size", "filters"},
            new String[] {"GET", "/containers/box/json", "size"},
            new String[] {"GET", "/containers/box/logs", "stdout", "stderr", "since", "until", "tail", "timestamps"},
            new String[] {"GET", "/containers/box/top", "ps_args"},
            new String[] {"GET", "/containers/box/archive", "path"},
            new String[] {"HEAD", "/containers/box/archive", "path"},
            new String[] {"PUT", "/containers/box/archive", "path", "noOverwriteDirNonDir"},
            new String[] {"POST", "/containers/box/resize", "h", "w"},
            new String[] {"POST", "/containers/box/kill", "signal"},
            new String[] {"POST", "/containers/none/stop", "t", "signal"},
            new String[] {"POST", "/containers/box/rename", "name"},
            new String[] {"POST", "/containers/box/wait", "condition"},
            new String[] {"POST", "/containers/prune", "filters"},
            new String[] {"GET", "/images/json", "all", "filters", "digests", "shared-size", "manifests"},
            new String[] {"POST", "/images/create", "fromSrc", "repo", "tag", "changes", "platform", "message"},
            new String[] {"POST", "/images/host/tag", "repo", "tag"},
            new String[] {"DELETE", "/images/host", "force", "noprune"},
            new String[] {"POST", "/images/prune", "filters"},
            new String[] {"POST", "/commit", "container", "repo", "tag", "changes", "author"},
            new String[] {"GET", "/images/get", "names"},
            new String[] {"POST", "/images/load", "quiet"},
            new String[] {"GET", "/images/search", "limit", "filters"},
            new String[] {"GET", "/volumes", "filters"},
            new String[] {"POST", "/volumes/prune", "filters"},
            new String[] {"GET", "/networks", "filters"},
            new String[] {"POST", "/networks/prune", "filters"},
            new String[] {"GET", "/system/df", "type"});

    private static final Pattern VALUE = Pattern.compile(
            "(\"[A-Za-z]+\"):(\"[^\"]*\"|-?\\d+|true|false|\\[[^\\[\\]{}]*]|\\{[^\\[\\]{}]*}|\\[\\{[^\\[\\]{}]*}])");

    @TempDir
    Path folder;

    private Path socket;
    private Engine engine;
    private DockerServer server;

    @BeforeEach
    void start() throws Exception {
        Assumptions.assumeTrue(Files.isWritable(Path.of("/proc/1/oom_score_adj")), "a real engine needs root");
        socket = folder.resolve("docker.sock");
        engine = Engines.open(EngineOptions.at(folder.resolve("engine")));
        server = DockerServer.start(engine, List.of("unix://" + socket));
        RawHttp.Reply made = send("POST", "/containers/create?name=box", CREATE);
        assertThat(made.status()).as(made.body()).isEqualTo(201);
    }

    @AfterEach
    void stop() {
        if (server != null) {
            engine.containers().list().forEach(one -> engine.containers().remove(one.id(), true, true));
            engine.volumes().list().forEach(one -> engine.volumes().remove(one.name(), true));
            server.close();
            engine.close();
        }
    }

    /** Status and body; the connection is closed, so that a body of any kind has an end. */
    private RawHttp.Reply send(String method, String path, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        try (RawHttp http = RawHttp.connect(socket);
                Patience patience = Patience.with(http, method + " " + brief(path) + " " + brief(body))) {
            http.send(method + " " + path
                    + " HTTP/1.1\r\nHost: d\r\nConnection: close\r\nContent-Type: application/json\r\n"
                    + "Content-Length: " + bytes.length + "\r\n\r\n" + new String(bytes, StandardCharsets.ISO_8859_1));
            String all = http.rest();
            int end = all.indexOf("\r\n\r\n");
            return new RawHttp.Reply(Integer.parseInt(all, 9, 12, 10), all.substring(0, end), all.substring(end + 4));
        }
    }

    /** Ends a connection on which nothing is said for too long. */
    private record Patience(Thread watch) implements AutoCloseable {
        static Patience with(RawHttp http, String what) {
            return new Patience(Thread.ofVirtual().start(() -> {
                try {
                    Thread.sleep(10_000);
                    System.getLogger("fuzz").log(System.Logger.Level.ERROR, "no answer: " + what);
                    http.close();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            }));
        }

        @Override
        public void close() {
            watch.interrupt();
        }
    }

    private final Set<String> wrong = new TreeSet<>();

    private void fine(String what, RawHttp.Reply reply) {
        String body = reply.body();
        boolean trace = body.contains("Exception") || body.contains("java.") || body.contains("\tat ");
        boolean mute = reply.status() >= 400 && !what.startsWith("HEAD") && !body.matches("(?s)\\{\"message\":\".{4,}");
        // what a client says is no failure of the machine's
        boolean blamed = reply.status() == 500 && !body.contains("registry");
        if (trace || mute || blamed) {
            wrong.add(what + " -> " + reply.status() + " " + brief(body));
        }
    }

    /** The body with one to three of its values replaced, or bytes of it lost, doubled or changed. */
    private static String mutated(Random random, String body) {
        String text = body;
        for (int i = random.nextInt(3); i >= 0; i--) {
            List<int[]> places = new ArrayList<>();
            Matcher values = VALUE.matcher(text);
            while (values.find()) {
                places.add(new int[] {values.start(), values.start(2), values.end()});
            }
            int[] place = places.isEmpty() ? new int[] {0, 0, 0} : places.get(random.nextInt(places.size()));
            switch (random.nextInt(8)) {
                case 0 -> text = text.substring(0, random.nextInt(text.length()));
                case 1 -> {
                    int at = random.nextInt(text.length());
                    text = text.substring(0, at) + (char) random.nextInt(0x250) + text.substring(at + 1);
                }
                case 2 ->
                    text = text.substring(0, place[0]) + text.substring(place[0], place[2]) + ","
                            + text.substring(place[0]);
                default ->
                    text = text.substring(0, place[1]) + ODD.get(random.nextInt(ODD.size())) + text.substring(place[2]);
            }
            if (text.isEmpty()) {
                return text;
            }
        }
        return text;
    }

    @Test
    void bodies() throws Exception {
        long seed = Long.getLong("ondol.seed", 20261126);
        Random random = new Random(seed);
        for (int round = 0; round < ROUNDS; round++) {
            for (String[] one : BODIES) {
                // creation has the most to get wrong
                for (int i = one[1].equals(CREATE) ? 4 : 1; i > 0; i--) {
                    String body = mutated(random, one[1]);
                    String what = "seed " + seed + ": " + one[0] + " " + brief(body);
                    fine(what, send("POST", one[0], body));
                }
            }
        }
        assertThat(wrong).isEmpty();
        assertThat(send("GET", "/_ping", "").body()).isEqualTo("OK");
    }

    @Test
    void everyFieldWithEveryOddValue() throws Exception {
        Matcher values = VALUE.matcher(CREATE);
        int at = 0;
        while (values.find(at)) {
            for (String odd : ODD) {
                String body = CREATE.substring(0, values.start(2)) + odd + CREATE.substring(values.end(2));
                fine("create " + values.group(1) + ":" + brief(odd), send("POST", "/containers/create", body));
            }
            at = values.start(2);
        }
        assertThat(wrong).isEmpty();
        engine.containers().list().forEach(one -> engine.containers().remove(one.id(), true, true));
    }

    @Test
    void parameters() throws Exception {
        for (String[] one : QUERIES) {
            for (int i = 2; i < one.length; i++) {
                for (String odd : ODD_WORDS) {
                    // a box that was removed or renamed is answered too, but less is seen of it
                    String path = one[1] + "?" + one[i] + "=" + URLEncoder.encode(odd, StandardCharsets.UTF_8);
                    if (one[1].endsWith("/wait") || (one[0].equals("GET") && path.endsWith("path=..%2F.."))) {
                        continue; // may wait for ever, or send the machine's whole disk, as it should
                    }
                    fine(one[0] + " " + brief(path), send(one[0], path, ""));
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    private static String brief(String text) {
        return text.length() < 1500 ? text : text.substring(0, 1500) + "…";
    }
}
