import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.util.List;
import ondol.engine.ContainerConfigBuilder;
import ondol.engine.Containers.WaitCondition;
import ondol.engine.Engine;
import ondol.engine.EngineOptions;
import ondol.engine.Engines;
import ondol.engine.HostConfigBuilder;

/**
 * Create, start, wait, remove through the Java API, in one warm JVM. Reads lines {@code NETWORK TIMES} and answers each
 * with that many lines of microseconds, then an empty one. Arguments: the engine's root, a folder with a root that
 * has {@code /bin/true}.
 */
public final class Lifecycle {
    public static void main(String[] arguments) throws Exception {
        try (Engine engine = Engines.open(EngineOptions.at(Path.of(arguments[0])))) {
            engine.images().importFolder(Path.of(arguments[1]), "bench");
            var lines = new BufferedReader(new InputStreamReader(System.in));
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String[] words = line.split(" ");
                for (int i = Integer.parseInt(words[1]); i > 0; i--) System.out.println(once(engine, words[0]) / 1000);
                System.out.println();
            }
        }
    }

    private static long once(Engine engine, String network) {
        var config = ContainerConfigBuilder.builder().image("bench").cmd(List.of("/bin/true")).build();
        var host = HostConfigBuilder.builder().networkMode(network).build();
        long begun = System.nanoTime();
        var id = engine.containers().create(null, config, host).id();
        var ended = engine.containers().await(id, WaitCondition.NEXT_EXIT);
        engine.containers().start(id);
        if (ended.join() != 0) throw new IllegalStateException("the container's exit code was " + ended.join());
        engine.containers().remove(id, false, false);
        return System.nanoTime() - begun;
    }
}
