package ondol.linux.cgroup;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import ondol.linux.Call;
import ondol.linux.Files;
import ondol.linux.Kernel;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@link Counters}: each file with three calls into one buffer, and numbers straight from its bytes. A group that is
 * gone has counted nothing.
 */
final class CountersReader implements AutoCloseable {
    private static final int BUFFER = 16 << 10;
    private static final byte[] NOTHING = {};

    private final Cgroup group;
    private final Arena arena = Arena.ofConfined();
    private final MemorySegment buffer = arena.allocate(BUFFER);

    private long readBytes;
    private long writeBytes;
    private long reads;
    private long writes;

    CountersReader(Cgroup group) {
        this.group = group;
    }

    /** Bytes of memory now: all that is needed between two readings. */
    long memory() {
        boolean v2 = group.v2(Controller.MEMORY);
        return number(file(group.directory(Controller.MEMORY), v2 ? "memory.current" : "memory.usage_in_bytes"));
    }

    Counters read() {
        String unified = group.unified();
        String memory = group.directory(Controller.MEMORY);
        boolean v2 = group.v2(Controller.MEMORY);
        byte[] time = file(unified, "cpu.stat");
        long cpu = unified != null
                ? 1000 * keyed(time, "usage_usec")
                : number(file(group.directory(Controller.CPUACCT), "cpuacct.usage"));
        blockIo();
        return new Counters(
                cpu,
                throttled(time),
                memory(),
                number(file(memory, v2 ? "memory.peak" : "memory.max_usage_in_bytes")),
                readBytes,
                writeBytes,
                reads,
                writes,
                keyed(file(memory, v2 ? "memory.events" : "memory.oom_control"), "oom_kill"));
    }

    private long throttled(byte[] unifiedTime) {
        if (group.v2(Controller.CPU)) {
            return 1000 * keyed(unifiedTime, "throttled_usec");
        }
        return keyed(file(group.directory(Controller.CPU), "cpu.stat"), "throttled_time");
    }

    private void blockIo() {
        String directory = group.directory(Controller.BLKIO);
        if (group.v2(Controller.BLKIO)) {
            byte[] stat = file(directory, "io.stat");
            readBytes = sum(stat, "rbytes=");
            writeBytes = sum(stat, "wbytes=");
            reads = sum(stat, "rios=");
            writes = sum(stat, "wios=");
            return;
        }
        byte[] bytes = file(directory, "blkio.throttle.io_service_bytes_recursive");
        readBytes = sum(bytes, "Read ");
        writeBytes = sum(bytes, "Write ");
        if (readBytes == 0 && writeBytes == 0) {
            return; // no operation without a byte
        }
        byte[] operations = file(directory, "blkio.throttle.io_serviced_recursive");
        reads = sum(operations, "Read ");
        writes = sum(operations, "Write ");
    }

    private byte[] file(@Nullable String directory, String name) {
        if (directory == null) {
            return NOTHING;
        }
        MemorySegment path = buffer.asSlice(BUFFER / 2);
        byte[] text = (directory + "/" + name).getBytes(StandardCharsets.UTF_8);
        MemorySegment.copy(text, 0, path, JAVA_BYTE, 0, text.length);
        path.set(JAVA_BYTE, text.length, (byte) 0);
        long fd = Kernel.raw(Call.OPENAT, Kernel.AT_FDCWD, path.address(), Files.O_RDONLY | Files.O_CLOEXEC, 0);
        if (fd < 0) {
            return NOTHING;
        }
        try {
            // the kernel gives a file of this kind whole, as far as it fits
            long count = Kernel.raw(Call.READ, fd, buffer.address(), BUFFER / 2);
            return count <= 0 ? NOTHING : buffer.asSlice(0, count).toArray(JAVA_BYTE);
        } finally {
            Kernel.raw(Call.CLOSE, fd);
        }
    }

    /** The number that follows a key and a space at the beginning of a line. */
    static long keyed(byte[] content, String key) {
        int at = 0;
        while (at < content.length) {
            int after = at + key.length();
            if (startsWith(content, at, key) && after < content.length && content[after] == ' ') {
                return number(content, after + 1);
            }
            while (at < content.length && content[at] != '\n') {
                at++;
            }
            at++;
        }
        return 0;
    }

    /** The sum of the numbers that follow a word, in all lines. */
    static long sum(byte[] content, String word) {
        long sum = 0;
        for (int at = 1; at < content.length; at++) {
            if (content[at - 1] == ' ' && startsWith(content, at, word)) {
                sum += number(content, at + word.length());
            }
        }
        return sum;
    }

    private static long number(byte[] content) {
        return number(content, 0);
    }

    private static long number(byte[] content, int from) {
        long number = 0;
        for (int at = from; at < content.length && content[at] >= '0' && content[at] <= '9'; at++) {
            number = number * 10 + content[at] - '0';
        }
        return number;
    }

    private static boolean startsWith(byte[] content, int at, String word) {
        if (at + word.length() > content.length) {
            return false;
        }
        for (int i = 0; i < word.length(); i++) {
            if (content[at + i] != word.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    @Override
    public void close() {
        arena.close();
    }
}
