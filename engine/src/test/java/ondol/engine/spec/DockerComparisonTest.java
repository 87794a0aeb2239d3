package ondol.engine.spec;

import static org.assertj.core.api.Assertions.assertThat;

import io.avaje.jsonb.Jsonb;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import ondol.engine.ContainerConfig;
import ondol.engine.HostConfig;
import ondol.engine.HostConfigBuilder;
import ondol.oci.runtime.Spec;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a real Docker 26 gave its runtime, recorded with the configuration it was asked for, and what is made here of that. */
class DockerComparisonTest {
    private final Jsonb jsonb = Jsonb.builder().build();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "plain",
                "privileged",
                "limits",
                "mounts",
                "caps",
                "capsroot",
                "hostns",
                "tty",
                "devices",
                "sysctl",
                "ipcnone",
                "blkio",
                "propag",
                "rro"
            })
    void aSpecificationIsTheOneThatDockerMakes(String name) throws IOException {
        Map<String, Object> recorded = map(jsonb.type(Object.class).fromJson(resource(name)));
        ContainerConfig config = jsonb.type(ContainerConfig.class).fromJson(jsonb.toJson(recorded.get("Config")));
        HostConfig host = jsonb.type(HostConfig.class).fromJson(jsonb.toJson(recorded.get("HostConfig")));
        Map<String, Object> expected = map(recorded.get("Spec"));
        ConfigCheck.check(config, hostnameTaken(host), TestFacts.machine());
        Spec made = SpecFactory.create(config, host, facts(config, host, expected), TestFacts.machine());
        Map<String, Object> ours =
                map(jsonb.type(Object.class).fromJson(jsonb.type(Spec.class).toJson(made)));
        bringTogether(expected, ours);
        assertThat(plain(ours)).usingRecursiveComparison().isEqualTo(plain(expected));
    }

    /** Docker fills the hostname in after its own check. */
    private static HostConfig hostnameTaken(HostConfig host) {
        return HostConfigBuilder.builder(host).utsMode(null).build();
    }

    private static ContainerFacts facts(ContainerConfig config, HostConfig host, Map<String, Object> expected) {
        Map<String, Object> user = map(map(expected.get("process")).get("user"));
        List<Long> groups = list(user.get("additionalGids")).stream()
                .map(DockerComparisonTest::whole)
                .toList();
        String folder = "/var/lib/docker/containers/" + TestFacts.ID + "/";
        List<MountPoint> points = MountPoints.of(config, host, List.of(), TestFacts.FILES).stream()
                .map(point -> point.type().equals(MountPoint.VOLUME)
                        ? point.at(
                                Objects.requireNonNull(point.name()),
                                "/var/lib/docker/volumes/" + point.name() + "/_data")
                        : point)
                .toList();
        return ContainerFactsBuilder.builder(TestFacts.container(config, host))
                .user(new ResolvedUser(whole(user.get("uid")), whole(user.get("gid")), groups, "/root"))
                .resolvConf(folder + "resolv.conf")
                .hostnameFile(folder + "hostname")
                .hosts(folder + "hosts")
                .mountPoints(points)
                .build();
    }

    /** Takes away what both write differently and mean alike. */
    private static void bringTogether(Map<String, Object> docker, Map<String, Object> ours) {
        // runc looks HOME up by itself.
        List<Object> environment = list(map(docker.get("process")).get("env"));
        if (environment.stream().noneMatch(variable -> variable.toString().startsWith("HOME="))) {
            environment.add("HOME=/root");
        }
        Map<String, Object> linux = map(docker.get("linux"));
        Map<String, Object> resources = map(linux.get("resources"));
        Map<String, Object> memory = map(resources.get("memory"));
        memory.remove("disableOOMKiller", false);
        resources.values().removeIf(value -> value instanceof Map<?, ?> map && map.isEmpty());
        // Docker sets the NIS domain through a kernel parameter.
        Map<String, Object> sysctls = linux.get("sysctl") == null ? new TreeMap<>() : map(linux.get("sysctl"));
        Object domain = sysctls.remove("kernel.domainname");
        if (domain != null) {
            docker.put("domainname", domain);
        }
        // A shareable /dev/shm is held outside of the container by Docker.
        for (Object mount : list(docker.get("mounts"))) {
            if (String.valueOf(map(mount).get("source")).endsWith("/mounts/shm")) {
                list(docker.get("mounts")).remove(mount);
                list(ours.get("mounts")).removeIf(one -> "/dev/shm".equals(map(one).get("destination")));
                break;
            }
        }
        // Docker leaves standard devices to runc.
        List<Object> rules = list(map(map(ours.get("linux")).get("resources")).get("devices"));
        Set<Object> dockers = new HashSet<>();
        list(resources.get("devices")).forEach(rule -> dockers.add(normal(rule)));
        boolean all = dockers.contains(normal(Map.of("allow", true, "access", "rwm")));
        list(resources.get("devices"))
                .removeIf(rule -> Boolean.FALSE.equals(map(rule).get("allow"))
                        || (all && map(rule).containsKey("type")));
        rules.removeIf(rule -> Boolean.FALSE.equals(map(rule).get("allow"))
                || (!dockers.contains(normal(rule)) && standard(map(rule))));
    }

    private static boolean standard(Map<String, Object> rule) {
        long major = whole(rule.get("major"));
        return "m".equals(rule.get("access")) || major == 1 || major == 5 || major == 136;
    }

    /** Lists whose order means nothing become sets; mounts are compared by their destination. */
    private static Object plain(Map<String, Object> spec) {
        List<String> destinations = new ArrayList<>();
        Map<String, Object> mounts = new TreeMap<>();
        for (Object mount : list(spec.get("mounts"))) {
            String destination = (String) map(mount).get("destination");
            assertThat(destinations)
                    .as("mounts that %s would cover", destination)
                    .noneMatch(earlier -> earlier.startsWith(destination + "/"));
            destinations.add(destination);
            mounts.put(destination, mount);
        }
        spec.put("mounts", mounts);
        return normal(spec);
    }

    private static Object normal(Object node) {
        return switch (node) {
            case Map<?, ?> map -> {
                Map<String, Object> sorted = new TreeMap<>();
                map.forEach((key, value) -> {
                    boolean nothing = value == null
                            || (value instanceof List<?> list && list.isEmpty())
                            || ("type".equals(key) && "a".equals(value));
                    if (!nothing) {
                        sorted.put((String) key, normal(value));
                    }
                });
                yield sorted;
            }
            case List<?> list -> {
                boolean ordered = list.contains("sleep") || list.contains("-c");
                List<String> shown = new ArrayList<>(
                        list.stream().map(one -> normal(one).toString()).toList());
                if (!ordered) {
                    shown.sort(null);
                }
                yield shown;
            }
            case Number number ->
                new BigDecimal(number.toString()).stripTrailingZeros().toPlainString();
            default -> node;
        };
    }

    private static long whole(@Nullable Object number) {
        return number == null ? -1 : ((Number) number).longValue();
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> map(@Nullable Object node) {
        return (Map<String, Object>) Objects.requireNonNull(node);
    }

    @SuppressWarnings("unchecked")
    private static List<Object> list(@Nullable Object node) {
        return node == null ? new ArrayList<>() : (List<Object>) node;
    }

    private static String resource(String name) throws IOException {
        try (InputStream in = Objects.requireNonNull(
                DockerComparisonTest.class.getResourceAsStream("docker/" + name + ".json"), name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
