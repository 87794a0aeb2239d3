package ondol.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import ondol.engine.Meter.Grain;
import ondol.engine.Meter.Query;
import ondol.engine.Meter.Row;
import org.junit.jupiter.api.Test;

/** What was used is what the kernel counted, however containers and engines end. */
final class MeterTest extends OnEngine {
    private static final long MIB = 1 << 20;

    /** What each container may be off by: the kernel cuts its nanoseconds to microseconds, in each group. */
    private static final long CUT = 1000;

    private static ContainerConfigBuilder of(String tenant, String script) {
        return shell(script).labels(Map.of(Tenants.LABEL, tenant));
    }

    private static List<Row> rows(String tenant, Grain by) {
        return engine.meter().read(new Query(tenant, null, null, by));
    }

    private static Usage sum(String tenant) {
        return rows(tenant, Grain.TENANT).stream().map(Row::used).reduce(Usage.NONE, Usage::plus);
    }

    /** The kernel's own sum of all that ever ran in the tenant's group, nanoseconds; -1 where it keeps none. */
    private static long kernel(String tenant) {
        try (Stream<Path> walk = Files.walk(Path.of("/sys/fs/cgroup"), 4)) {
            Path group = walk.filter(
                            path -> path.endsWith("tenant-" + tenant) && Files.exists(path.resolve("cgroup.events")))
                    .findFirst()
                    .orElse(null);
            if (group == null) {
                return -1;
            }
            String first = Files.readAllLines(group.resolve("cpu.stat")).getFirst();
            return 1000 * Long.parseLong(first.substring("usage_usec ".length()));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void endedContainersAreExact() {
        engine.tenants().create("exact", TenantConfigBuilder.builder().build());
        String holder = started(of("exact", "sleep 600"), host()); // so that the tenant's group stays
        int count = machine.slow() ? 8 : 30;
        for (int i = 0; i < count; i++) {
            String work = "i=0; while [ $i -lt " + i * 300 + " ]; do i=$((i+1)); done";
            String id = create(of("exact", work), host().autoRemove(i % 2 == 0));
            containers().start(id);
            if (i % 2 == 0) {
                eventually("removed", () -> containers().list().stream().noneMatch(c -> c.id().equals(id)));
            } else {
                assertEquals(0, exit(id));
                containers().remove(id, true, true);
            }
        }
        long kernel = kernel("exact");
        Usage sum = sum("exact");
        assertEquals(count + 1, sum.starts());
        assertTrue(sum.cpuNanos() > 0);
        if (kernel >= 0) {
            assertEquals(kernel, sum.cpuNanos(), CUT * (count + 2), "kernel " + kernel + ", meter " + sum.cpuNanos());
        }
        assertEquals(
                count + 1,
                rows("exact", Grain.CONTAINER).stream()
                        .filter(row -> row.container() != null)
                        .count());
        assertEquals(sum.cpuNanos(), total("exact", Grain.HOUR));
        assertEquals(sum.cpuNanos(), total("exact", Grain.DAY));
        assertTrue(
                engine.meter().live().stream().anyMatch(live -> live.container().equals(holder)));
        engine.tenants().remove("exact", true);
        assertEquals(count + 1, sum("exact").starts(), "what was metered stays");
    }

    private static boolean metered(String id) {
        return engine.meter().live().stream().anyMatch(live -> live.container().equals(id));
    }

    private static long total(String tenant, Grain grain) {
        return rows(tenant, grain).stream()
                .mapToLong(row -> row.used().cpuNanos())
                .sum();
    }

    @Test
    void memoryOverTimeAndDisk() {
        engine.tenants().create("memory", TenantConfigBuilder.builder().build());
        String id = started(
                of("memory", "dd if=/dev/zero of=/dev/shm/x bs=1M count=40 2>/dev/null; sleep 600"),
                host().shmSize(64 * MIB));
        eventually("it has the memory", () -> engine.tenants().now("memory").memory() >= 40 * MIB);
        Usage before = sum("memory");
        long from = System.nanoTime();
        pause(machine.slow() ? 3000 : 1000);
        Usage after = sum("memory");
        double millis = (System.nanoTime() - from) / 1e6;
        double mean = after.minus(before).memoryMibMillis() / millis;
        assertTrue(mean > 38 && mean < 70, "mean MiB: " + mean);
        containers().remove(id, true, true);
        long ended = sum("memory").memoryMibMillis();
        assertTrue(ended >= after.memoryMibMillis());
        pause(50);
        assertEquals(ended, sum("memory").memoryMibMillis(), "what ended uses nothing");
        engine.tenants().remove("memory", true);
    }

    @Test
    void aDiskThatBecomesFullIsTold() {
        engine.tenants().create("full", TenantConfigBuilder.builder().disk(MIB).build());
        String id = started(of("full", "dd if=/dev/zero of=/file bs=64k count=20 2>&1; sleep 600"), host());
        eventually(
                "written",
                () -> Objects.requireNonNull(engine.tenants().now("full").disk()) >= 20 * 65536);
        engine.close();
        engine = Engines.open(EngineOptions.at(folder)); // a new one counts at once
        sum("full");
        sum("full");
        List<String> told = engine.events().recent().stream()
                .filter(event -> event.action().equals("disk_full"))
                .map(Events.Event::id)
                .toList();
        assertEquals(List.of("full"), told);
        containers().remove(id, true, true);
        engine.tenants().remove("full", true);
    }

    @Test
    void throttledTimeAndKills() {
        engine.tenants()
                .create(
                        "slow",
                        TenantConfigBuilder.builder()
                                .nanoCpus(100_000_000L)
                                .memory(24 * MIB)
                                .build());
        String burner = started(of("slow", "while :; do :; done"), host());
        eventually("held back", () -> sum("slow").throttledNanos() > TimeUnit.MILLISECONDS.toNanos(100));
        containers().remove(burner, true, true);
        String eater = create(of("slow", "exec dd if=/dev/zero of=/dev/null bs=48M count=1"), host());
        containers().start(eater);
        assertEquals(137, exit(eater));
        containers().remove(eater, true, true);
        assertEquals(1, sum("slow").oomKills());
        long throttled = sum("slow").throttledNanos();
        engine.close(); // with it the tenant's group goes
        engine = Engines.open(EngineOptions.at(folder));
        assertTrue(sum("slow").throttledNanos() >= throttled);
        assertEquals(1, sum("slow").oomKills());
        engine.tenants().remove("slow", true);
    }

    @Test
    void blockDevices() throws IOException {
        String store = Files.getFileStore(folder).type();
        org.junit.jupiter.api.Assumptions.assumeTrue(
                List.of("ext4", "xfs", "btrfs").contains(store), "files are on " + store + ", no block device");
        engine.tenants().create("disk", TenantConfigBuilder.builder().build());
        String id = create(
                of("disk", "dd if=/dev/zero of=/v/x bs=1M count=8 oflag=direct 2>/dev/null")
                        .volumes(Map.of("/v", Map.of())),
                host());
        containers().start(id);
        assertEquals(0, exit(id));
        containers().remove(id, true, true);
        Usage used = sum("disk");
        assertTrue(used.writeBytes() >= 8 * MIB && used.writeBytes() < 16 * MIB, used.toString());
        assertTrue(used.writes() >= 8, used.toString());
        engine.tenants().remove("disk", true);
    }

    @Test
    void nothingIsCountedTwiceAcrossEngines() {
        engine.tenants().create("again", TenantConfigBuilder.builder().build());
        String id = started(of("again", "while :; do :; done"), host());
        long last = 0;
        for (int i = 0; i < 4; i++) {
            pause(100);
            engine.close();
            pause(100);
            engine = Engines.open(EngineOptions.at(folder));
            Usage sum = sum("again");
            assertEquals(1, sum.starts());
            assertTrue(sum.cpuNanos() >= last);
            last = sum.cpuNanos();
        }
        containers().kill(id, null);
        exit(id);
        eventually("settled", () -> !metered(id));
        Usage ended = sum("again");
        assertTrue(ended.cpuNanos() >= last && ended.starts() == 1, ended.toString());
        engine.close();
        engine = Engines.open(EngineOptions.at(folder));
        assertEquals(ended, sum("again"));
        engine.tenants().remove("again", true);
    }

    /** A script's end: it switches its link off so that nothing passes any more, and prints what the kernel counted. */
    static final String COUNT = "ip link set eth0 down; grep eth0 /proc/net/dev; ";

    private static final int SENT = 9; // the field of /proc/net/dev behind that of what was received

    /** Sends to the machine's end of the default network, which answers. */
    static String talk(Engine with) {
        return talk(with, "bridge");
    }

    private static String talk(Engine with, String network) {
        String gateway = Objects.requireNonNull(
                with.networks().inspect(network).pools().getFirst().gateway());
        return "ping -c 3 -i 0.1 -s 1000 " + gateway + " >/dev/null; ";
    }

    private static void assertCounted(String printed, Usage used) {
        String[] fields = printed.substring(printed.indexOf(':') + 1).strip().split("[ \n]+");
        assertEquals(Long.parseLong(fields[0]), used.receivedBytes(), printed);
        assertEquals(Long.parseLong(fields[SENT - 1]), used.sentBytes(), printed);
        assertTrue(used.sentBytes() > 3000 && used.receivedBytes() > 3000, printed);
    }

    @Test
    void networkBytesAreThoseOfTheLink() {
        engine.tenants().create("talks", TenantConfigBuilder.builder().build());
        String id = create(of("talks", talk(engine) + COUNT), host().capAdd(List.of("NET_ADMIN")));
        containers().start(id);
        assertEquals(0, exit(id));
        eventually("settled", () -> !metered(id));
        assertCounted(logs(id), sum("talks"));
        containers().remove(id, true, true);
        engine.tenants().remove("talks", true);
    }

    @Test
    void networkBytesAcrossEnginesAndNetworks() {
        engine.tenants().create("moves", TenantConfigBuilder.builder().build());
        String other = engine.networks()
                .create(NetworkConfigBuilder.builder().name("meter-two").build())
                .id();
        String id = started(
                of("moves", "while [ ! -e /go ]; do sleep 0.1; done; " + COUNT + "while :; do sleep 1; done"),
                host().capAdd(List.of("NET_ADMIN")));
        exec(id, "sh", "-c", talk(engine));
        engine.networks().connect(other, id, EndpointSettingsBuilder.builder().build());
        exec(id, "sh", "-c", talk(engine, other));
        String gone = exec(id, "sh", "-c", "ip link set eth1 down; grep eth1 /proc/net/dev")
                .out();
        engine.networks().disconnect(other, id, false);
        engine.close();
        engine = Engines.open(EngineOptions.at(folder));
        exec(id, "touch", "/go");
        eventually("counted", () -> logs(id).contains("eth0"));
        containers().kill(id, null);
        exit(id);
        eventually("settled", () -> !metered(id));
        Usage used = sum("moves");
        String[] lost = gone.substring(gone.indexOf(':') + 1).strip().split("[ \n]+");
        long received = Long.parseLong(lost[0]);
        long sent = Long.parseLong(lost[SENT - 1]);
        assertTrue(received > 3000 && sent > 3000, gone);
        assertCounted(
                logs(id),
                new Usage(0, 0, 0, 0, 0, 0, 0, 0, used.receivedBytes() - received, used.sentBytes() - sent, 0, 0));
        engine.tenants().remove("moves", true);
        engine.networks().remove(other);
    }

    /** Containers end before the engine is killed, while there is none, and after the next one has come. */
    @Test
    void anEngineThatIsKilledInTheMiddle() throws Exception {
        engine.tenants().create("killed", TenantConfigBuilder.builder().build());
        String holder =
                started(of("killed", "sleep 600"), host().networkMode("none")); // so that the tenant's group stays
        engine.close();
        Random random = new Random(7);
        int rounds = machine.slow() ? 1 : 4;
        for (int round = 0; round < rounds; round++) {
            SurvivalTest.crash("metered-" + round, random.nextInt(700));
            pause(round % 2 * 300);
            engine = Engines.open(EngineOptions.at(folder));
            if (round < rounds - 1) {
                engine.close();
            }
        }
        eventually(
                "all have ended",
                () -> engine.meter().live().stream()
                                .filter(live -> "killed".equals(live.tenant()))
                                .count()
                        == 1);
        long kernel = kernel("killed");
        Usage sum = sum("killed");
        assertEquals(6 * rounds + 1, sum.starts());
        if (kernel >= 0) {
            assertEquals(kernel, sum.cpuNanos(), CUT * (sum.starts() + 1), "kernel " + kernel + ", " + sum);
        }
        List<Row> rows = rows("killed", Grain.CONTAINER);
        int compared = 0;
        for (ContainerDetails each : containers().list()) {
            if (!each.id().equals(holder) && each.name().startsWith("metered-")) {
                Usage used = rows.stream()
                        .filter(row -> each.id().equals(row.container()))
                        .map(Row::used)
                        .reduce(Usage.NONE, Usage::plus);
                assertEquals(1, used.starts());
                assertCounted(logs(each.id()), used);
                compared++;
            }
        }
        assertEquals(4 * rounds, compared);
        engine.close();
        engine = Engines.open(EngineOptions.at(folder));
        assertEquals(sum.receivedBytes(), sum("killed").receivedBytes(), "nothing is counted twice");
        assertEquals(6 * rounds + 1, sum("killed").starts());
        engine.tenants().remove("killed", true);
    }
}
