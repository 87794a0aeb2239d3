package ondol.engine;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import ondol.linux.disk.DiskImage;

/** An engine in a process of its own that makes and removes containers without end, until it is killed. */
final class CrashingEngine {
    private static final AtomicInteger NUMBER = new AtomicInteger();

    private static final boolean SIZED = DiskImage.maker().isPresent();

    private CrashingEngine() {}

    public static void main(String[] arguments) throws Exception {
        Engine engine = Engines.open(EngineOptions.at(Path.of(arguments[0])));
        String round = arguments[1];
        if (round.startsWith("metered")) {
            metered(engine, round);
        }
        System.out.write('o'); // open
        System.out.flush();
        if (!round.startsWith("metered")) {
            Thread.ofPlatform().start(() -> counters(engine, round));
            for (int i = 0; i < 2; i++) {
                Thread.ofPlatform().start(() -> shortLives(engine));
            }
        }
        Thread.sleep(60_000);
    }

    /** At most ten that print a counter and end with 7. */
    private static void counters(Engine engine, String round) {
        for (int i = 0; i < 10; i++) {
            String script = "i=0; while [ $i -lt 100 ]; do echo $i; i=$((i+1)); usleep 4000; done; exit 7";
            ContainerConfig config = ContainerConfigBuilder.builder()
                    .image("busybox")
                    .cmd(List.of("sh", "-c", script))
                    .tty(i % 3 == 2)
                    .build();
            Containers containers = engine.containers();
            containers.start(containers
                    .create(
                            "counter-" + round + "-" + i,
                            config,
                            HostConfigBuilder.builder().build())
                    .id());
        }
    }

    /** Containers that burn and talk for a while, each for longer than the one before; some go at their end. */
    private static void metered(Engine engine, String round) {
        for (int i = 0; i < 6; i++) {
            boolean goes = i % 3 == 2;
            String work = "i=0; while [ $i -lt " + i * 20000 + " ]; do i=$((i+1)); done; usleep " + i * 100_000 + "; ";
            ContainerConfig config = ContainerConfigBuilder.builder()
                    .image("busybox")
                    .cmd(List.of("sh", "-c", goes ? work : MeterTest.talk(engine) + work + MeterTest.COUNT))
                    .labels(Map.of(Tenants.LABEL, "killed"))
                    .build();
            HostConfig host = HostConfigBuilder.builder()
                    .autoRemove(goes)
                    .networkMode(goes ? "none" : null)
                    .capAdd(List.of("NET_ADMIN"))
                    .build();
            Containers containers = engine.containers();
            containers.start(containers.create(round + "-" + i, config, host).id());
        }
    }

    private static void shortLives(Engine engine) {
        while (true) {
            boolean goes = NUMBER.incrementAndGet() % 3 == 0;
            ContainerConfig config = ContainerConfigBuilder.builder()
                    .image("busybox")
                    .cmd(List.of("sh", "-c", goes ? "echo x >/data/x" : "echo x >/data/x; sleep 5"))
                    .volumes(Map.of("/data", Map.of()))
                    .labels(Map.of("short", "yes"))
                    .build();
            HostConfig host = HostConfigBuilder.builder()
                    .autoRemove(goes)
                    .memory(64L << 20)
                    .storageOpt(SIZED && NUMBER.get() % 4 == 0 ? Map.of("size", "16m") : null)
                    .build();
            Containers containers = engine.containers();
            String id = containers.create(null, config, host).id();
            containers.start(id);
            if (!goes) {
                containers.remove(id, true, true);
            }
        }
    }
}
