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
import ondol.docker.json.SystemJson;
import ondol.engine.Engine;
import ondol.engine.EngineInfo;

/** What the engine and its machine are. */
final class SystemApi {
    /** Without TLS on this machine only, as Docker has it; mirrors are the engine's own configuration. */
    private static final SystemJson.RegistryConfig REGISTRIES = new SystemJson.RegistryConfig(
            List.of("127.0.0.0/8", "::1/128"),
            Map.of("docker.io", new SystemJson.Index("docker.io", List.of(), true, true)),
            List.of());

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
                        List.of("bridge", "host", "null"),
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
                REGISTRIES,
                i.processors(),
                i.memory(),
                i.rootFolder(),
                "",
                "",
                "",
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
        ContainerViews views = new ContainerViews();
        Map<String, Integer> users = VolumesApi.users(engine);
        ImageSummaries summaries = new ImageSummaries(engine, call.version(), true, true, false);
        call.json(new SystemJson.DiskUsage(
                engine.images().layersSize(),
                engine.images().list().stream().map(summaries::of).toList(),
                engine.containers().list().stream()
                        .flatMap(container -> ContainersApi.unlessGone(() ->
                                views.listed(container, engine.containers().sizes(container.id()))))
                        .toList(),
                engine.volumes().list().stream()
                        .flatMap(volume -> ContainersApi.unlessGone(() -> VolumesApi.json(
                                volume,
                                new ondol.docker.json.VolumeJson.Usage(
                                        engine.volumes().size(volume.name()), users.getOrDefault(volume.name(), 0)))))
                        .toList(),
                List.of()));
    }
}
