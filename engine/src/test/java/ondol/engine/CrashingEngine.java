package ondol.engine;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** An engine in a process of its own that makes and removes containers without end, until it is killed. */
final class CrashingEngine {
    private static final AtomicInteger NUMBER = new AtomicInteger();

    private CrashingEngine() {}

    public static void main(String[] arguments) throws Exception {
        Engine engine = Engines.open(EngineOptions.at(Path.of(arguments[0])));
        String round = arguments[1];
        System.out.write('o'); // open
        System.out.flush();
        Thread.ofPlatform().start(() -> counters(engine, round));
        for (int i = 0; i < 2; i++) {
            Thread.ofPlatform().start(() -> shortLives(engine));
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
