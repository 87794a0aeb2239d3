package ondol.docker;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import ondol.docker.json.BuildJson;
import ondol.engine.BuildOptions;
import ondol.engine.Builds;
import ondol.engine.Engine;
import ondol.engine.EngineException;
import ondol.engine.HostConfig;
import ondol.engine.HostConfigBuilder;
import ondol.engine.RegistryAuth;
import ondol.engine.Ulimit;
import org.jspecify.annotations.Nullable;

/** Images built of Dockerfiles, as Docker's classic builder has it ({@code version=1}). */
final class BuildApi {
    private static final String AUTHS = "X-Registry-Config";
    private static final int LONGEST_AUTHS = 1 << 20;

    private final Engine engine;
    private final Builds builds;

    BuildApi(Engine engine) {
        this.engine = engine;
        this.builds = engine.builds();
    }

    void addTo(Router router) {
        router.post("/build", this::build).post("/build/prune", this::prune);
    }

    private void prune(Call call) {
        if (!call.filters().values().isEmpty()) {
            throw unsupported("the builder's cache is pruned as a whole, without filters");
        }
        long reclaimed = builds.prune();
        engine.events().say("builder", "prune", Map.of("reclaimed", String.valueOf(reclaimed)));
        call.json(Map.of("CachesDeleted", List.of(), "SpaceReclaimed", reclaimed));
    }

    private void build(Call call) throws IOException {
        refuse(call);
        BuildOptions options = options(call);
        boolean quiet = call.flag("q");
        call.patient();
        BuildLines lines = new BuildLines(call, quiet);
        try (InputStream body = call.bodyStream();
                Watched context = new Watched(body, call, lines)) {
            String id = builds.build(options, context, lines);
            if (quiet) {
                lines.send(new BuildJson.Text(id + "\n"));
            }
        } catch (EngineException e) {
            if (!lines.begun() || lines.cancelled()) {
                throw e;
            }
            lines.fail(Errors.message(e));
        } catch (java.io.UncheckedIOException e) {
            throw e.getCause(); // the client has gone
        }
        lines.close();
    }

    /**
     * What the client sends. When the end of it has come, nothing more is to be read from the client, and it is noticed
     * when it goes.
     */
    private static final class Watched extends java.io.FilterInputStream {
        private final Call call;
        private final BuildLines lines;
        private @Nullable Vanishing watch;

        Watched(InputStream body, Call call, BuildLines lines) {
            super(body);
            this.call = call;
            this.lines = lines;
        }

        @Override
        public int read() throws IOException {
            int read = super.read();
            return read < 0 ? end() : read;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            int read = super.read(bytes, offset, length);
            return read < 0 ? end() : read;
        }

        private int end() {
            if (watch == null) {
                watch = Vanishing.watch(call, lines::gone);
            }
            return -1;
        }

        @Override
        public void close() {
            if (watch != null) {
                watch.close();
            }
        }
    }

    private static void refuse(Call call) {
        String version = call.query("version");
        if (version != null && !version.equals("1")) {
            throw unsupported(
                    "BuildKit's builds (version=%s) are not offered: set DOCKER_BUILDKIT=0, or use a builder of"
                                    .formatted(version)
                            + " buildx's docker-container driver");
        }
        if (call.flag("squash")) {
            throw unsupported("--squash is not supported: layers are kept as their steps made them");
        }
        String outputs = call.query("outputs");
        if (outputs != null && !outputs.equals("null") && !outputs.equals("[]")) {
            throw unsupported("--output is BuildKit's and not supported: build, and copy files out of a container");
        }
    }

    private static EngineException unsupported(String sentence) {
        return new EngineException(EngineException.Kind.UNSUPPORTED, sentence);
    }

    private static BuildOptions options(Call call) {
        Map<String, @Nullable String> labels = texts(call, "labels");
        Map<String, String> set = new LinkedHashMap<>();
        labels.forEach((name, value) -> set.put(name, Objects.requireNonNullElse(value, "")));
        return new BuildOptions(
                call.query("dockerfile"),
                call.query("remote"),
                call.queries("t").stream().filter(tag -> !tag.isEmpty()).toList(),
                call.query("target"),
                texts(call, "buildargs"),
                set,
                call.flag("nocache"),
                call.flag("pull"),
                !call.flag("rm", true),
                call.flag("forcerm"),
                platform(call),
                host(call),
                auths(call.header(AUTHS)),
                null);
    }

    private static @Nullable String platform(Call call) {
        String platform = call.query("platform");
        return platform == null ? null : platform.toLowerCase(java.util.Locale.ROOT);
    }

    private static HostConfig host(Call call) {
        String shm = call.query("shmsize");
        return HostConfigBuilder.builder()
                .memory(number(call, "memory"))
                .memorySwap(number(call, "memswap"))
                .cpuShares(number(call, "cpushares"))
                .cpuPeriod(number(call, "cpuperiod"))
                .cpuQuota(number(call, "cpuquota"))
                .cpusetCpus(call.query("cpusetcpus"))
                .cpusetMems(call.query("cpusetmems"))
                .cgroupParent(call.query("cgroupparent"))
                .networkMode(call.query("networkmode"))
                .extraHosts(hosts(call))
                .shmSize(shm == null ? null : number(call, "shmsize"))
                .ulimits(ulimits(call))
                .build();
    }

    private static List<String> hosts(Call call) {
        List<String> hosts = new ArrayList<>();
        for (String text : call.queries("extrahosts")) {
            // some clients send one list in JSON
            if (text.startsWith("[") && read(text, "extrahosts") instanceof List<?> list) {
                list.forEach(each -> hosts.add(String.valueOf(each)));
            } else if (!text.isEmpty()) {
                hosts.add(text);
            }
        }
        return hosts;
    }

    private static @Nullable Long number(Call call, String name) {
        String text = call.query(name);
        if (text == null) {
            return null;
        }
        try {
            long number = Long.parseLong(text);
            return number == 0 ? null : number;
        } catch (NumberFormatException e) {
            throw new EngineException(
                    EngineException.Kind.INVALID, "the parameter '" + name + "' is no number: " + text, e);
        }
    }

    private static @Nullable List<Ulimit> ulimits(Call call) {
        String json = call.query("ulimits");
        if (json == null || !(read(json, "ulimits") instanceof List<?> list)) {
            return null;
        }
        List<Ulimit> ulimits = new ArrayList<>();
        for (Object each : list) {
            if (each instanceof Map<?, ?> limit
                    && limit.get("Soft") instanceof Number soft
                    && limit.get("Hard") instanceof Number hard) {
                ulimits.add(new Ulimit(String.valueOf(limit.get("Name")), soft.longValue(), hard.longValue()));
            } else {
                throw EngineException.invalid("the parameter 'ulimits' has to be a list of Name, Soft and Hard");
            }
        }
        return ulimits;
    }

    /** A parameter that is a JSON object of texts; a null is one that is not set. */
    private static Map<String, @Nullable String> texts(Call call, String name) {
        Map<String, @Nullable String> texts = new LinkedHashMap<>();
        String json = call.query(name);
        if (json == null || json.equals("null")) {
            return texts;
        }
        if (!(read(json, name) instanceof Map<?, ?> map)) {
            throw EngineException.invalid("the parameter '" + name + "' has to be a JSON object of texts");
        }
        map.forEach((key, value) -> texts.put(String.valueOf(key), value == null ? null : String.valueOf(value)));
        return texts;
    }

    private static @Nullable Object read(String json, String name) {
        try {
            return Json.read(Object.class, json.getBytes(StandardCharsets.UTF_8));
        } catch (EngineException e) {
            throw new EngineException(
                    EngineException.Kind.INVALID, "the parameter '" + name + "' is no JSON: " + e.getMessage(), e);
        }
    }

    /** Who the user is at registries, by their names. */
    private static Map<String, RegistryAuth> auths(@Nullable String header) {
        Map<String, RegistryAuth> auths = new HashMap<>();
        if (header == null || header.isEmpty()) {
            return auths;
        }
        if (header.length() > LONGEST_AUTHS) {
            throw EngineException.invalid("the header " + AUTHS + " is too long");
        }
        Object json;
        try {
            byte[] bytes =
                    Base64.getUrlDecoder().decode(header.replace('+', '-').replace('/', '_'));
            json = Json.read(Object.class, bytes);
        } catch (IllegalArgumentException e) {
            throw new EngineException(EngineException.Kind.INVALID, "the header " + AUTHS + " cannot be read", e);
        }
        if (json instanceof Map<?, ?> registries) {
            registries.forEach((name, auth) -> auths.put(String.valueOf(name), RegistryApi.auth(auth)));
        }
        return auths;
    }
}
