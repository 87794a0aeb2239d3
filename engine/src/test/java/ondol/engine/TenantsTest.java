package ondol.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import ondol.engine.EngineException.Kind;
import ondol.linux.disk.LoopDevice;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Limits that hold over the sum of a tenant's containers. */
final class TenantsTest extends OnEngine {
    private static final long MIB = 1 << 20;

    private static TenantConfigBuilder limits() {
        return TenantConfigBuilder.builder();
    }

    private static ContainerConfigBuilder of(String tenant, String script) {
        return shell(script).labels(Map.of(Tenants.LABEL, tenant));
    }

    @AfterEach
    void removeAll() {
        for (Tenants.Tenant tenant : engine.tenants().list()) {
            engine.tenants().remove(tenant.name(), true);
        }
    }

    /** The text of a file of the tenant's group, by its name on v1 or on v2. */
    private static String ofTenant(String tenant, String v1, String v2) {
        return group("tenant-" + tenant, v1, v2);
    }

    @Test
    void aTenantThatCannotBeNotedLeavesNothing() throws Exception {
        Path own = folder.resolve("tenants/a");
        Files.createDirectories(own.resolve("tenant.json.new/in the way")); // where its record is written
        EngineException e = refused(() -> engine.tenants().create("a", limits().build()));
        assertTrue(String.valueOf(e.getMessage()).contains("cannot write"), e.getMessage());
        assertTrue(Files.notExists(own));
        engine.tenants().create("a", limits().build());
    }

    @Test
    void aTenantIsAGroupAboveItsContainers() {
        engine.tenants()
                .create(
                        "a",
                        limits().nanoCpus(500_000_000L)
                                .cpuWeight(200L)
                                .memory(64 * MIB)
                                .pids(20L)
                                .build());
        String id = started(of("a", "sleep 60"), host());
        boolean v2 = engine.info().cgroupVersion() == 2;
        assertEquals(v2 ? "200" : "2048", ofTenant("a", "cpu.shares", "cpu.weight"));
        assertEquals(v2 ? "50000 100000" : "50000", ofTenant("a", "cpu.cfs_quota_us", "cpu.max"));
        assertEquals(String.valueOf(64 * MIB), ofTenant("a", "memory.limit_in_bytes", "memory.max"));
        assertEquals("20", ofTenant("a", "pids.max", "pids.max"));
        assertEquals(
                Map.of(Tenants.LABEL, "a"), containers().inspect(id).config().labels());
        assertEquals(1, engine.tenants().inspect("a").containers());
        assertEquals(1, engine.tenants().now("a").running());
        assertTrue(engine.tenants().now("a").memory() > 0);

        engine.tenants()
                .update(
                        "a",
                        limits().nanoCpus(0L)
                                .memory(96 * MIB)
                                .pids(0L)
                                .cpuWeight(50L)
                                .build());
        assertEquals(v2 ? "50" : "512", ofTenant("a", "cpu.shares", "cpu.weight"));
        assertEquals(v2 ? "max 100000" : "-1", ofTenant("a", "cpu.cfs_quota_us", "cpu.max"));
        assertEquals(String.valueOf(96 * MIB), ofTenant("a", "memory.limit_in_bytes", "memory.max"));
        assertEquals("max", ofTenant("a", "pids.max", "pids.max"));
        engine.tenants().update("a", limits().memory(0L).build());
        assertTrue(
                List.of("max", "9223372036854771712").contains(ofTenant("a", "memory.limit_in_bytes", "memory.max")));
    }

    @Test
    void theSumOfItsContainersIsLimited() {
        engine.tenants().create("a", limits().memory(32 * MIB).pids(8L).build());
        engine.tenants().create("b", limits().build());
        String other = started(of("b", "sleep 60"), host());
        // no container has a limit of its own; together they are too many
        String first = started(of("a", "sleep 60 & sleep 60 & sleep 60 & wait"), host());
        eventually("it has its four", () -> engine.tenants().now("a").pids() == 4);
        // a shell that is refused a fork ends: so one below does it, and what it began stays
        String second =
                create(of("a", "sh -c 'for i in 1 2 3 4 5 6 7 8; do sleep 60 & done; wait'; exec sleep 60"), host());
        containers().start(second);
        eventually("the group is full", () -> engine.tenants().now("a").pids() >= 7);
        assertTrue(engine.tenants().now("a").pids() <= 8);
        eventually("fork is refused", () -> logs(second).contains("fork"));
        containers().remove(first, true, true);
        containers().remove(second, true, true);

        String eater = create(of("a", "x=x; while :; do x=$x$x; done"), host());
        containers().start(eater);
        assertEquals(137, exit(eater));
        assertTrue(state(eater).oomKilled(), state(eater).toString());
        assertEquals(ContainerDetails.Status.RUNNING, state(other).status());
    }

    @Test
    void refusals() {
        Tenants tenants = engine.tenants();
        tenants.create("a", limits().maxContainers(1).build());
        assertEquals(
                Kind.CONFLICT,
                refused(() -> tenants.create("a", limits().build())).kind());
        assertEquals(
                Kind.INVALID,
                refused(() -> tenants.create("../x", limits().build())).kind());
        assertEquals(
                Kind.INVALID,
                refused(() -> tenants.create("b", limits().cpuWeight(20_000L).build()))
                        .kind());
        assertEquals(
                Kind.INVALID,
                refused(() -> tenants.create("b", limits().memory(1L).build())).kind());
        assertEquals(
                Kind.INVALID,
                refused(() -> tenants.create(
                                "b", limits().nanoCpus(10_000_000_000_000L).build()))
                        .kind());
        assertEquals(Kind.NOT_FOUND, refused(() -> tenants.inspect("b")).kind());
        assertEquals(
                Kind.NOT_FOUND, refused(() -> create(of("b", "true"), host())).kind());
        assertEquals(
                Kind.INVALID,
                refused(() -> create(of("a", "true"), host().cgroupParent("/x")))
                        .kind());
        String id = create(of("a", "true"), host());
        EngineException full = refused(() -> create(of("a", "true"), host()));
        assertEquals(Kind.CONFLICT, full.kind());
        assertTrue(full.getMessage().contains("has 1 container and may have 1"), full.getMessage());
        assertEquals(Kind.CONFLICT, refused(() -> tenants.remove("a", false)).kind());
        containers().remove(id, false, true);
        containers().remove(create(of("a", "true"), host()), false, true);
    }

    @Test
    void guaranteesThatTheMachineCannotKeep() {
        long memory = engine.info().memory();
        engine.tenants().create("a", limits().memoryGuarantee(memory / 2).build());
        EngineException e = refused(() -> engine.tenants()
                .create("b", limits().memoryGuarantee(memory / 2 + MIB).build()));
        assertEquals(Kind.INVALID, e.kind());
        assertTrue(e.getMessage().contains("(a) + ") && e.getMessage().contains("the machine has"), e.getMessage());
        assertEquals(1, engine.tenants().list().size());
        started(of("a", "sleep 60"), host());
        String value = ofTenant("a", "memory.soft_limit_in_bytes", "memory.min");
        assertEquals(memory / 2 / 4096 * 4096, Long.parseLong(value));
        started(
                of("a", "sleep 60"),
                host().memoryReservation(8 * MIB)); // each claims, and the tenant has no more for it
        assertEquals(value, ofTenant("a", "memory.soft_limit_in_bytes", "memory.min"));
        engine.tenants().update("a", limits().memoryGuarantee(16 * MIB).build());
        assertEquals(String.valueOf(16 * MIB), ofTenant("a", "memory.soft_limit_in_bytes", "memory.min"));
        if (engine.info().cgroupVersion() == 2) {
            assertEquals(16 * MIB, aboveTenant("a", "memory.min"), "the group above must have as much");
        }
    }

    private static long aboveTenant(String tenant, String file) {
        try (Stream<Path> walk = Files.walk(Path.of("/sys/fs/cgroup"), 3)) {
            Path group = walk.filter(path -> path.endsWith("tenant-" + tenant))
                    .findFirst()
                    .orElseThrow();
            return Long.parseLong(Files.readString(group.resolveSibling(file)).strip());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void neverMoreContainersThanItMayHave() throws Exception {
        engine.tenants().create("a", limits().maxContainers(5).build());
        try (ExecutorService many = Executors.newFixedThreadPool(8)) {
            List<Future<Boolean>> made = new ArrayList<>();
            for (int i = 0; i < 24; i++) {
                Callable<Boolean> one = () -> {
                    try {
                        create(of("a", "true"), host());
                        return true;
                    } catch (EngineException e) {
                        assertEquals(Kind.CONFLICT, e.kind());
                        return false;
                    }
                };
                made.add(many.submit(one));
            }
            int count = 0;
            for (Future<Boolean> one : made) {
                count += one.get() ? 1 : 0;
            }
            assertEquals(5, count);
        }
        assertEquals(5, engine.tenants().inspect("a").containers());
    }

    @Test
    void anImageCannotSayWhoseItsContainersAre() {
        engine.tenants().create("a", limits().build());
        String id = create(of("a", "true"), host());
        containers().commit(id, "labelled", null, null, List.of(), false);
        String made = create(ContainerConfigBuilder.builder().image("labelled").cmd(List.of("true")), host());
        assertEquals(Map.of(), containers().inspect(made).config().labels());
        containers().remove(made, false, true);
        engine.images().remove("labelled", false, true);
    }

    /** Two containers that read at once get together what the tenant may; v1 would let each read as it likes. */
    @Test
    void ratesOfDevicesHoldOverTheSumOrAreRefused() throws Exception {
        assumeTrue(Files.exists(Path.of("/dev/loop-control")), "this machine has no loop devices");
        Path file = Files.createTempFile(Path.of("/var/tmp"), "ondol-test", ".disk");
        Files.write(file, new byte[8 << 20]);
        String disk = LoopDevice.attach(file, false);
        try {
            TenantConfig slow = limits().deviceReadBps(List.of(new ThrottleDevice(disk, 2 * MIB)))
                    .build();
            if (engine.info().cgroupVersion() != 2) {
                EngineException refused = refused(() -> engine.tenants().create("a", slow));
                assertEquals(Kind.UNSUPPORTED, refused.kind());
                assertTrue(refused.getMessage().contains("their sum"), refused.getMessage());
                return;
            }
            engine.tenants().create("a", slow);
            HostConfigBuilder host = host().devices(List.of(new DeviceMapping(disk, disk, "r")));
            String read = "dd if=" + disk + " of=/dev/null bs=64k count=48 iflag=direct 2>/dev/null && echo read";
            String one = create(of("a", read), host);
            String two = create(of("a", read), host);
            long begun = System.nanoTime();
            containers().start(one);
            containers().start(two);
            assertEquals(0, exit(one));
            assertEquals(0, exit(two));
            assumeTrue(logs(one).contains("read"), "busybox's dd or the disk has no direct I/O");
            assertTrue((System.nanoTime() - begun) / 1e9 > 2.5, "6 MiB at 2 MiB/s");
        } finally {
            engine.tenants().list().forEach(tenant -> engine.tenants().remove(tenant.name(), true));
            LoopDevice.detach(disk);
            Files.delete(file);
        }
    }

    @Test
    void diskIsCounted() {
        engine.tenants().create("a", limits().disk(MIB).build());
        String id = started(
                of("a", "dd if=/dev/zero of=/v/file bs=64k count=20 2>&1; sleep 60")
                        .volumes(Map.of("/v", Map.of())),
                host());
        eventually("written", () -> {
            Long disk = engine.tenants().now("a").disk();
            return disk != null && disk >= 20 * 65536;
        });
        EngineException full = refused(() -> create(of("a", "true"), host()));
        assertEquals(Kind.CONFLICT, full.kind());
        assertTrue(full.getMessage().contains("--disk"), full.getMessage());
        containers().remove(id, true, true);
        containers().remove(create(of("a", "true"), host()), false, true);
    }

    @Test
    void theNextEngineHasThem() {
        engine.tenants().create("a", limits().pids(30L).maxContainers(3).build());
        String id = started(of("a", "sleep 60"), host());
        create(of("a", "true"), host());
        engine.close();
        engine = Engines.open(EngineOptions.at(folder));
        assertEquals(2, engine.tenants().inspect("a").containers());
        assertEquals(1, engine.tenants().now("a").running());
        assertEquals("30", ofTenant("a", "pids.max", "pids.max"));
        assertEquals(0, exec(id, "true").code());
        create(of("a", "true"), host());
        refused(() -> create(of("a", "true"), host()));
        engine.tenants().update("a", limits().pids(40L).build());
        assertEquals("40", ofTenant("a", "pids.max", "pids.max"));
        engine.tenants().remove("a", true);
        assertEquals(List.of(), containers().list());
    }
}
