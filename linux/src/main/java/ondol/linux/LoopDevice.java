package ondol.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Block devices over files ({@code man 4 loop}). */
public final class LoopDevice {
    private static final int LOOP_CLR_FD = 0x4C01;
    private static final int LOOP_CONFIGURE = 0x4C0A;
    private static final int LOOP_CTL_GET_FREE = 0x4C82;

    /** {@code struct loop_config}: descriptor, block size, {@code struct loop_info64}, eight words for later. */
    private static final int CONFIG_BYTES = 304;

    private static final int INFO = 8;
    private static final int INFO_FLAGS = INFO + 52;
    private static final int INFO_NAME = INFO + 56;
    private static final int NAME_BYTES = 64;
    private static final int LO_FLAGS_AUTOCLEAR = 4;
    private static final int TRIES = 16;

    private LoopDevice() {}

    /**
     * Makes a file a block device.
     *
     * @param transientDevice whether the device lets the file go with its last user, as when it is unmounted; the caller
     *     must use it before anybody could let it go: see {@link #attachFor}
     * @return the device's path, such as {@code /dev/loop3}
     * @throws KernelException where there is no loop device to be had
     */
    public static String attach(Path file, boolean transientDevice) {
        try (Attached attached = attachFor(file, transientDevice)) {
            return attached.path();
        }
    }

    /** As {@link #attach}; the device stays at least as long as the answer is open. */
    public static Attached attachFor(Path file, boolean transientDevice) {
        try (Descriptor control = ondol.linux.Files.open("/dev/loop-control", ondol.linux.Files.O_RDWR);
                Descriptor backing = ondol.linux.Files.open(file.toString(), ondol.linux.Files.O_RDWR)) {
            for (int i = 0; ; i++) {
                int number = Kernel.callInt(Call.IOCTL, "LOOP_CTL_GET_FREE", control.number(), LOOP_CTL_GET_FREE);
                String path = "/dev/loop" + number;
                Descriptor device = ondol.linux.Files.open(path, ondol.linux.Files.O_RDWR);
                try {
                    configure(device, backing, file, transientDevice);
                    return new Attached(path, device);
                } catch (KernelException e) {
                    device.close();
                    if (e.errno() != Errno.EBUSY || i == TRIES) { // somebody else was quicker
                        throw e;
                    }
                }
            }
        }
    }

    /** A device, held open. */
    public record Attached(String path, Descriptor device) implements AutoCloseable {
        @Override
        public void close() {
            device.close();
        }
    }

    private static void configure(Descriptor device, Descriptor backing, Path file, boolean transientDevice) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment config = arena.allocate(CONFIG_BYTES, 8);
            config.set(JAVA_INT, 0, backing.number());
            config.set(JAVA_INT, INFO_FLAGS, transientDevice ? LO_FLAGS_AUTOCLEAR : 0);
            byte[] name = file.toString().getBytes(StandardCharsets.UTF_8);
            for (int i = 0; i < Math.min(name.length, NAME_BYTES - 1); i++) {
                config.set(JAVA_BYTE, INFO_NAME + i, name[i]);
            }
            Kernel.call(
                    Call.IOCTL,
                    device + ", LOOP_CONFIGURE, " + file,
                    device.number(),
                    LOOP_CONFIGURE,
                    config.address());
        }
    }

    /** Lets the file of a device go, now or with its last user. */
    public static void detach(String device) {
        try (Descriptor open = ondol.linux.Files.open(device, ondol.linux.Files.O_RDONLY)) {
            Kernel.call(Call.IOCTL, device + ", LOOP_CLR_FD", open.number(), LOOP_CLR_FD, 0);
        }
    }

    /** The device that a file is the content of, if there is one. */
    public static Optional<String> of(Path file) throws IOException {
        String wanted = file.toRealPath().toString();
        try (DirectoryStream<Path> devices = Files.newDirectoryStream(Path.of("/sys/block"), "loop*")) {
            for (Path device : devices) {
                Path backing = device.resolve("loop/backing_file");
                if (Files.exists(backing) && Files.readString(backing).strip().equals(wanted)) {
                    return Optional.of("/dev/" + device.getFileName());
                }
            }
        }
        return Optional.empty();
    }
}
