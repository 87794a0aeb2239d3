package ondol.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import ondol.engine.EngineException.Kind;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Users of a tenant see and touch only what is the tenant's, by every method that there is. */
final class RestrictedUsersTest extends OnEngine {
    private static final String ALICE = "4001";
    private static final String BOB = "4002";

    private Engine alice = engine;
    private Engine bob = engine;

    @BeforeEach
    void twoTenants() {
        engine.close();
        engine = Engines.open(new EngineOptions(folder, folder.resolve("run"), null, true));
        engine.tenants()
                .create("a", TenantConfigBuilder.builder().users(List.of(ALICE)).build());
        engine.tenants()
                .create("b", TenantConfigBuilder.builder().users(List.of(BOB)).build());
        engine.images().tag("busybox", "tenant.ondol/a/docker.io/library/busybox:latest");
        engine.images().tag("busybox", "tenant.ondol/b/docker.io/library/busybox:latest");
        alice = engine.asUser(ALICE);
        bob = engine.asUser(BOB);
    }

    @AfterEach
    void removeThem() {
        engine.tenants().remove("a", true);
        engine.tenants().remove("b", true);
        engine.volumes().list().forEach(volume -> engine.volumes().remove(volume.name(), true));
        engine.images()
                .list()
                .forEach(image -> image.names().stream()
                        .filter(name -> name.startsWith("tenant.ondol/"))
                        .forEach(name -> engine.images().remove(name, false, true)));
    }

    private static String started(Engine engine, String name) {
        String id = engine.containers()
                .create(
                        name,
                        shell("sleep 600").build(),
                        host().binds(List.of(name + "data:/data")).build())
                .id();
        engine.containers().start(id);
        return id;
    }

    @Test
    void rootAndOthers() {
        assertTrue(engine.asUser("root") == engine && engine.asUser("0") == engine);
        assertEquals(Kind.DENIED, refused(() -> engine.asUser("4003")).kind());
        assertEquals(
                Kind.CONFLICT,
                refused(() -> engine.tenants()
                                .update(
                                        "b",
                                        TenantConfigBuilder.builder()
                                                .users(List.of(ALICE))
                                                .build()))
                        .kind());
    }

    @Test
    void othersContainersAreNotThere() throws Exception {
        String id = started(bob, "bobs");
        assertEquals(List.of(), alice.containers().list());
        assertEquals(0, alice.info().containers());
        Set<String> without = Set.of("create", "list");
        int tried = 0;
        for (Method method : Containers.class.getMethods()) {
            if (without.contains(method.getName())) {
                continue;
            }
            for (String reference : List.of(id, id.substring(0, 12), "bobs", "/bobs")) {
                assertMissing(alice.containers(), method, reference);
                tried++;
            }
        }
        assertTrue(tried > 80, tried + " calls");
        String exec = bob.execs()
                .create(id, ExecConfigBuilder.builder().cmd(List.of("true")).build());
        for (Method method : Execs.class.getMethods()) {
            assertMissing(alice.execs(), method, method.getName().equals("create") ? id : exec);
        }
        assertEquals(ContainerDetails.Status.RUNNING, state(id).status(), "it goes on undisturbed");
        EngineException taken = refused(() -> started(alice, "bobs"));
        assertTrue(!taken.getMessage().contains(id), taken.getMessage());
        for (String mode : List.of("container:" + id, "container:bobs")) {
            assertEquals(Kind.NOT_FOUND, refusedFor(host().networkMode(mode)).kind());
            assertEquals(Kind.NOT_FOUND, refusedFor(host().pidMode(mode)).kind());
            assertEquals(Kind.NOT_FOUND, refusedFor(host().ipcMode(mode)).kind());
        }
        assertEquals(
                Kind.NOT_FOUND,
                refusedFor(host().volumesFrom(List.of("bobs:ro"))).kind());
    }

    private static void assertMissing(Object on, Method method, String reference) throws Exception {
        Object[] arguments = new Object[method.getParameterCount()];
        for (int i = 0; i < arguments.length; i++) {
            arguments[i] = i == 0 ? reference : argument(method.getParameterTypes()[i]);
        }
        InvocationTargetException thrown = assertThrows(
                InvocationTargetException.class, () -> method.invoke(on, arguments), () -> method + " of " + reference);
        assertTrue(
                thrown.getCause() instanceof EngineException e
                        && (e.kind() == Kind.NOT_FOUND || e.kind() == Kind.DENIED || e.kind() == Kind.UNSUPPORTED),
                () -> method + " of " + reference + ": " + thrown.getCause());
    }

    private static @Nullable Object argument(Class<?> type) {
        if (type == boolean.class) {
            return true;
        }
        if (type == int.class) {
            return 1;
        }
        if (type == List.class) {
            return List.of();
        }
        if (type == String.class) {
            return "x";
        }
        if (type == Duration.class) {
            return Duration.ZERO;
        }
        if (type == InputStream.class) {
            return new ByteArrayInputStream(new byte[0]);
        }
        if (type == OutputStream.class) {
            return new ByteArrayOutputStream();
        }
        if (type == HostConfig.class) {
            return host().build();
        }
        if (type == ExecConfig.class) {
            return ExecConfigBuilder.builder().cmd(List.of("true")).build();
        }
        if (type == Containers.WaitCondition.class) {
            return Containers.WaitCondition.NOT_RUNNING;
        }
        return null;
    }

    private EngineException refusedFor(HostConfigBuilder host) {
        return refused(() -> alice.containers().create(null, shell("true").build(), host.build()));
    }

    @Test
    void whatReachesTheMachineIsRefused() {
        List<HostConfigBuilder> reaching = new ArrayList<>(List.of(
                host().privileged(true),
                host().binds(List.of("/etc:/x")),
                host().binds(List.of("../etc:/x")),
                host().capAdd(List.of("SYS_ADMIN")),
                host().capAdd(List.of("all")),
                host().securityOpt(List.of("seccomp=unconfined")),
                host().securityOpt(List.of("systempaths=unconfined")),
                host().devices(List.of(new DeviceMapping("/dev/kmsg", "/dev/kmsg", "r"))),
                host().deviceCgroupRules(List.of("a *:* rwm")),
                host().maskedPaths(List.of()),
                host().readonlyPaths(List.of()),
                host().networkMode("host"),
                host().pidMode("host"),
                host().ipcMode("host"),
                host().utsMode("host"),
                host().usernsMode("host"),
                host().cgroupnsMode("host"),
                host().cgroupParent("/"),
                host().logConfig(new LogConfig("syslog", Map.of("syslog-address", "udp://127.0.0.1:514"))),
                host().logConfig(new LogConfig("journald", Map.of())),
                host().isolation("chroot"),
                host().oomScoreAdj(-500),
                host().cpuRealtimeRuntime(1000L),
                host().memoryGuarantee(1L << 20),
                host().cgroupConf(Map.of("memory.min", "1"))));
        for (HostConfigBuilder each : reaching) {
            EngineException e = refusedFor(each);
            assertEquals(Kind.DENIED, e.kind(), e.getMessage());
        }
        MountSpec bind =
                MountSpecBuilder.builder().type("bind").source("/").target("/x").build();
        assertEquals(Kind.DENIED, refusedFor(host().mounts(List.of(bind))).kind());
        assertEquals(
                Kind.NOT_FOUND,
                refused(() -> alice.containers()
                                .create(null, busybox("true").image("host").build(), host().build()))
                        .kind());
        assertEquals(
                Kind.NOT_FOUND,
                refused(() -> alice.containers()
                                .create(
                                        null,
                                        busybox("true")
                                                .labels(Map.of(Tenants.LABEL, "b"))
                                                .build(),
                                        host().build()))
                        .kind());
        assertEquals(List.of(), alice.containers().list());
    }

    @Test
    void imagesVolumesAndTheRest() {
        String id = started(bob, "bobs");
        // images
        assertEquals(List.of("busybox:latest"), alice.images().list().getFirst().names());
        assertEquals(1, alice.images().list().size());
        bob.images().tag("busybox", "127.0.0.1:5000/own:1");
        assertEquals(
                Set.of("busybox:latest", "127.0.0.1:5000/own:1"),
                Set.copyOf(bob.images().inspect("127.0.0.1:5000/own:1").names()));
        assertEquals(
                Kind.NOT_FOUND,
                refused(() -> alice.images().inspect("127.0.0.1:5000/own:1")).kind());
        assertEquals(
                Kind.NOT_FOUND,
                refused(() -> alice.images().remove("127.0.0.1:5000/own:1", true, true))
                        .kind());
        bob.containers().commit(id, "made", null, null, List.of(), false);
        String made = bob.images().inspect("made").id();
        for (String name : List.of("made", made, "tenant.ondol/b/docker.io/library/made:latest", "host")) {
            assertEquals(
                    Kind.NOT_FOUND, refused(() -> alice.images().inspect(name)).kind(), name);
            assertEquals(
                    Kind.NOT_FOUND, refused(() -> alice.images().tag(name, "x")).kind(), name);
            assertEquals(
                    Kind.NOT_FOUND, refused(() -> alice.images().history(name)).kind(), name);
            assertEquals(
                    Kind.NOT_FOUND, refused(() -> alice.images().manifest(name)).kind(), name);
            assertEquals(
                    Kind.NOT_FOUND,
                    refused(() -> alice.images().remove(name, true, true)).kind(),
                    name);
            assertEquals(
                    Kind.NOT_FOUND,
                    refused(() -> alice.images().save(List.of(name), "docker-archive", new ByteArrayOutputStream()))
                            .kind(),
                    name);
        }
        assertEquals(
                Kind.DENIED,
                refused(() -> alice.images().importFolder(Path.of("/etc"), "x")).kind());
        assertEquals("busybox:latest", bob.containers().inspect(id).config().image());
        assertEquals(
                "busybox:latest",
                alice.images().remove("busybox", false, true).getFirst().untagged());
        assertEquals(List.of(), alice.images().list());
        assertTrue(bob.images().list().size() >= 2);
        // volumes
        assertEquals(1, bob.volumes().list().size());
        assertEquals(List.of(), alice.volumes().list());
        assertEquals(
                Kind.NOT_FOUND,
                refused(() -> alice.volumes().inspect("bobsdata")).kind());
        assertEquals(
                Kind.NOT_FOUND,
                refused(() -> alice.volumes().remove("bobsdata", false)).kind());
        alice.volumes().remove("bobsdata", true);
        assertEquals(
                Kind.CONFLICT,
                refused(() -> alice.volumes().create("bobsdata", Map.of(), Map.of()))
                        .kind());
        assertEquals(1, bob.volumes().list().size());
        // tenants, the meter, events
        assertEquals("a", alice.tenants().list().getFirst().name());
        assertEquals(1, alice.tenants().list().size());
        assertEquals(Kind.NOT_FOUND, refused(() -> alice.tenants().inspect("b")).kind());
        assertEquals(
                Kind.DENIED, refused(() -> alice.tenants().remove("a", true)).kind());
        assertEquals(
                Kind.DENIED,
                refused(() -> alice.tenants()
                                .update("a", TenantConfigBuilder.builder().build()))
                        .kind());
        assertEquals(List.of(), alice.meter().live());
        assertEquals(
                Kind.NOT_FOUND,
                refused(() -> alice.meter().read(new Meter.Query("b", null, null, Meter.Grain.CONTAINER)))
                        .kind());
        assertTrue(bob.meter().live().stream().allMatch(live -> live.container().equals(id)));
        assertTrue(bob.events().recent().stream().anyMatch(event -> event.id().equals(id)));
        assertTrue(alice.events().recent().stream()
                .noneMatch(event -> event.id().equals(id) || event.id().startsWith("bobs")));
        assertEquals(Kind.DENIED, refused(() -> alice.images().check()).kind());
    }
}
