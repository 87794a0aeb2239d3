package ondol.linux.cgroup;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import ondol.linux.LoopDevice;

/** A block device for one test: a loop device over a file. */
record TestDisk(Path file, String path, long major, long minor) implements AutoCloseable {
    /** @param mebibytes its size */
    static TestDisk make(int mebibytes) throws IOException {
        assumeTrue(Files.exists(Path.of("/dev/loop-control")), "this machine has no loop devices");
        // not below /tmp, which may lie in memory, where nothing is direct
        Path file = Files.createTempFile(Path.of("/var/tmp"), "ondol-test", ".disk");
        try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
            open.write(new byte[mebibytes << 20]);
        }
        String path = LoopDevice.attach(file, false);
        String[] numbers = Files.readString(
                        Path.of("/sys/block", Path.of(path).getFileName().toString(), "dev"))
                .strip()
                .split(":");
        return new TestDisk(file, path, Long.parseLong(numbers[0]), Long.parseLong(numbers[1]));
    }

    boolean takesDirect() throws IOException {
        try {
            Process dd = new ProcessBuilder("dd", "if=" + path, "of=/dev/null", "bs=4k", "count=1", "iflag=direct")
                    .redirectErrorStream(true)
                    .start();
            String words = new String(dd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return dd.waitFor() == 0 && !words.contains("nvalid");
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        LoopDevice.detach(path);
        Files.delete(file);
    }
}
