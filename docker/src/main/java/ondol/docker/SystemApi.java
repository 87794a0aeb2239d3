package ondol.docker;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import ondol.docker.json.ContainerJson;
import ondol.docker.json.ImageJson;
import ondol.docker.json.SystemJson;
import ondol.docker.json.VolumeJson;
import ondol.engine.Engine;
import ondol.engine.EngineException;
import ondol.engine.EngineInfo;
import ondol.engine.Images.ImageDetails;
import ondol.engine.Registries;

/** What the engine and its machine are. */
final class SystemApi {
    private static final String HUB = "docker.io";

    /** What is reached without TLS, as with Docker. */
    private static final List<String> LOOPBACK = List.of("127.0.0.0/8", "::1/128");

    /** What takes disk, by the words of {@code /system/df}. */
    private static final Set<String> DISK_TYPES = Set.of("container", "image", "volume", "build-cache");

    private static final SystemJson.Commit NO_COMMIT = new SystemJson.Commit("", "");

    private final Engine engine;
    private final EventsApi events;

    SystemApi(Engine engine, EventsApi events) {
        this.engine = engine;
        this.events = events;
    }

    void addTo(Router router) {
        router.get("/_ping", this::ping)
                .head("/_ping", this::ping)
                .get("/version", this::version)
                .get("/info", this::info)
                .get("/system/df", this::diskUsage);
    }

    private void ping(Call call) {
        call.header("Cache-Control", "no-cache, no-store, must-revalidate");
        call.header("Pragma", "no-cache");
        call.bytes(200, "text/plain; charset=utf-8", "OK".getBytes(StandardCharsets.US_ASCII));
    }

    private void version(Call call) {
        EngineInfo info = engine.info();
        String arch = goArch(info.architecture());
        SystemJson.Component component = new SystemJson.Component(
                "Engine",
                info.version(),
                Map.of(
                        "ApiVersion", ApiVersion.NEWEST.toString(),
                        "MinAPIVersion", ApiVersion.OLDEST.toString(),
                        "Os", "linux",
                        "Arch", arch,
                        "KernelVersion", info.kernelVersion(),
                        "GoVersion", "",
                        "GitCommit", "",
                        "BuildTime", "",
                        "Experimental", "false"));
        call.json(new SystemJson.Version(
                new SystemJson.Named("Ondol"),
                List.of(component),
                ApiVersion.DOCKER + "+ondol." + info.version(),
                ApiVersion.NEWEST.toString(),
                ApiVersion.OLDEST.toString(),
                "",
                "",
                "linux",
                arch,
                info.kernelVersion(),
                ""));
    }

    /** The name that Go, and with it every image, has for an architecture. */
    static String goArch(String machine) {
        return switch (machine.toLowerCase(Locale.ROOT)) {
            case "x86_64" -> "amd64";
            case "aarch64" -> "arm64";
            default -> machine;
        };
    }

    private void info(Call call) {
        EngineInfo i = engine.info();
        Registries.Reaching reaching = engine.registries().reaching();
        call.jsonWithNulls(new SystemJson.Info(
                i.id(),
                i.containers(),
                i.running(),
                i.paused(),
                i.stopped(),
                i.images(),
                ContainerViews.DRIVER,
                List.of(List.of("Layers", "overlay by the kernel"), List.of("Root", i.rootFolder())),
                new SystemJson.Plugins(
                        List.of("local"),
                        List.of("bridge", "host", "ipvlan", "macvlan", "null"),
                        null,
                        List.of("journald", "json-file", "local", "none", "syslog")),
                true,
                true,
                true,
                true,
                true,
                true,
                true,
                isOne(Path.of("/proc/sys/net/ipv4/ip_forward")),
                false,
                descriptors(),
                i.cgroupVersion() == 1,
                Thread.activeCount(),
                Times.rfc3339(Instant.now()),
                "local",
                "cgroupfs",
                String.valueOf(i.cgroupVersion()),
                events.listeners(),
                i.kernelVersion(),
                i.operatingSystem(),
                i.osVersion(),
                "linux",
                i.architecture(),
                "https://index.docker.io/v1/",
                registries(reaching),
                i.processors(),
                i.memory(),
                i.rootFolder(),
                reaching.httpProxy(),
                reaching.httpsProxy(),
                reaching.noProxy(),
                i.hostName(),
                List.of(),
                false,
                i.version(),
                Map.of("ondol", new SystemJson.Runtime("ondol")),
                "ondol",
                new SystemJson.Swarm("", "", "inactive", false, "", null),
                true,
                "",
                "ondol-init",
                NO_COMMIT,
                NO_COMMIT,
                NO_COMMIT,
                security(i),
                List.of(),
                isOne(Path.of("/proc/sys/net/bridge/bridge-nf-call-iptables")),
                isOne(Path.of("/proc/sys/net/bridge/bridge-nf-call-ip6tables")),
                false,
                null,
                i.warnings()));
    }

    /** Docker knows mirrors of its hub alone, so those of others are shown only where they are. */
    private static SystemJson.RegistryConfig registries(Registries.Reaching reaching) {
        Map<String, SystemJson.Index> known = new TreeMap<>();
        known.put(HUB, new SystemJson.Index(HUB, List.of(), true, true));
        reaching.mirrors().keySet().stream()
                .filter(name -> !name.equals("*"))
                .forEach(name -> known.put(name, new SystemJson.Index(name, List.of(), true, name.equals(HUB))));
        List<String> ranges = new ArrayList<>(LOOPBACK);
        for (String name : reaching.insecure()) {
            if (name.contains("/")) {
                ranges.add(name);
            } else {
                known.put(name, new SystemJson.Index(name, List.of(), false, false));
            }
        }
        known.replaceAll((name, index) -> new SystemJson.Index(
                name, reaching.mirrors().getOrDefault(name, List.of()), index.secure(), index.official()));
        List<String> all = reaching.mirrors().getOrDefault("*", List.of());
        return new SystemJson.RegistryConfig(ranges, known, reaching.mirrors().getOrDefault(HUB, all));
    }

    private static List<String> security(EngineInfo info) {
        List<String> options = new ArrayList<>();
        if (info.seccomp()) {
            options.add("name=seccomp,profile=builtin");
        }
        if (info.cgroupVersion() == 2) {
            options.add("name=cgroupns");
        }
        return options;
    }

    private static boolean isOne(Path file) {
        try {
            return Files.readString(file).strip().equals("1");
        } catch (IOException e) {
            return false;
        }
    }

    private static int descriptors() {
        try (var open = Files.list(Path.of("/proc/self/fd"))) {
            return (int) open.count();
        } catch (IOException e) {
            return -1;
        }
    }

    private void diskUsage(Call call) {
        List<String> said = call.queries("type");
        for (String type : said) {
            if (!DISK_TYPES.contains(type)) {
                throw EngineException.invalid("unknown object type: " + type);
            }
        }
        Set<String> types = said.isEmpty() ? DISK_TYPES : Set.copyOf(said);
        boolean images = types.contains("image");
        call.json(new SystemJson.DiskUsage(
                images ? engine.images().layersSize() : null,
                images ? images(call) : null,
                types.contains("container") ? containers() : null,
                types.contains("volume") ? volumes() : null,
                types.contains("build-cache") ? List.of() : null));
    }

    private List<ImageJson.Summary> images(Call call) {
        ImageSummaries summaries = new ImageSummaries(engine, call.version(), true, true, false);
        List<ImageDetails> all = engine.images().list();
        Set<String> between = ImagesApi.between(all);
        return all.stream()
                .filter(image -> !between.contains(image.id()))
                .map(summaries::of)
                .toList();
    }

    private List<ContainerJson.Listed> containers() {
        ContainerViews views = new ContainerViews();
        return engine.containers().list().stream()
                .flatMap(container -> ContainersApi.unlessGone(
                        () -> views.listed(container, engine.containers().sizes(container.id()))))
                .toList();
    }

    private List<VolumeJson.Volume> volumes() {
        Map<String, Integer> users = VolumesApi.users(engine);
        return engine.volumes().list().stream()
                .flatMap(volume -> ContainersApi.unlessGone(() -> VolumesApi.json(
                        volume,
                        new VolumeJson.Usage(
                                engine.volumes().size(volume.name()), users.getOrDefault(volume.name(), 0)))))
                .toList();
    }
}
