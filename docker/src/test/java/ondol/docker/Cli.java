package ondol.docker;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/** The real {@code docker} command, talking to a server of ours. */
record Cli(Path socket) {
    /** How a command ended. */
    record Result(int code, String out, String err) {}

    static void assume() {
        boolean found = List.of(System.getenv("PATH").split(":")).stream()
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, "docker")));
        Assumptions.assumeTrue(found, "the docker command is not on PATH");
    }

    Result run(String... words) throws IOException, InterruptedException {
        return runWith("", words);
    }

    Result runWith(String stdin, String... words) throws IOException, InterruptedException {
        Process process = start(words);
        CompletableFuture<String> out = all(process.getInputStream());
        CompletableFuture<String> err = all(process.getErrorStream());
        try (var in = process.getOutputStream()) {
            in.write(stdin.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            // It does not read.
        }
        if (!process.waitFor(20, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IOException("docker " + String.join(" ", words) + " does not end");
        }
        return new Result(process.exitValue(), out.join(), err.join());
    }

    Process start(String... words) throws IOException {
        List<String> command = new ArrayList<>(List.of("docker", "-H", "unix://" + socket));
        command.addAll(List.of(words));
        return new ProcessBuilder(command).start();
    }

    private static CompletableFuture<String> all(java.io.InputStream from) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try (from) {
                        return new String(from.readAllBytes(), StandardCharsets.UTF_8);
                    } catch (IOException e) {
                        throw new java.io.UncheckedIOException(e);
                    }
                },
                task -> Thread.ofVirtual().start(task));
    }
}
