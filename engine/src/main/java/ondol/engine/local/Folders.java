package ondol.engine.local;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import ondol.engine.EngineException;
import ondol.engine.EngineOptions;
import org.jspecify.annotations.Nullable;

/**
 * The folders of one root. One engine has it open at a time, by a lock that the kernel lets go with the process.
 *
 * <pre>
 * DATA  lock  id  bin/keeper  images/…  containers/ID/{container.json, hostname, hosts, resolv.conf, log/, minder}
 *       networks/ID/network.json  volumes/NAME/{volume.json, _data/}  tenants/NAME/tenant.json
 *       meter/{open.json, YYYY-MM-DD.jsonl…}  trash/
 * EXEC  keeper.sock  mnt/  docker.sock
 * </pre>
 */
final class Folders implements AutoCloseable {
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Path data;
    private final Path exec;
    private final FileChannel lock;
    private final String id;
    private final String boot = readBoot();

    private Folders(Path data, Path exec, FileChannel lock, String id) {
        this.data = data;
        this.exec = exec;
        this.lock = lock;
        this.id = id;
    }

    static Folders open(EngineOptions options) {
        Path data = options.dataRoot().toAbsolutePath().normalize();
        Path exec = options.execRoot().toAbsolutePath().normalize();
        FileChannel channel = null;
        try {
            make(data, "rwx--x--x");
            make(exec, "rwx--x--x");
            channel = FileChannel.open(data.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (tryLock(channel) == null) {
                channel.close();
                throw EngineException.conflict("another engine has the root %s open".formatted(data));
            }
            for (String part :
                    new String[] {"bin", "images", "containers", "networks", "volumes", "tenants", "meter", "trash"}) {
                make(data.resolve(part), "rwx--x--x");
            }
            make(exec.resolve("mnt"), "rwx------");
            return new Folders(data.toRealPath(), exec.toRealPath(), channel, identity(data.resolve("id")));
        } catch (IOException e) {
            throw new EngineException(
                    EngineException.Kind.FAILED, "cannot use the root %s: %s".formatted(data, e.getMessage()), e);
        }
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null; // this very process has it open
        }
    }

    private static void make(Path folder, String permissions) throws IOException {
        if (!Files.isDirectory(folder)) {
            Files.createDirectories(folder);
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString(permissions));
        }
    }

    private static String identity(Path file) throws IOException {
        if (!Files.exists(file)) {
            Path made = file.resolveSibling("id.new");
            Files.writeString(made, newId().substring(0, 32));
            Files.move(made, file);
        }
        return Files.readString(file).strip();
    }

    /** 64 random hexadecimal digits. */
    static String newId() {
        byte[] bytes = new byte[32];
        RANDOM.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    Path data() {
        return data;
    }

    Path exec() {
        return exec;
    }

    /** The root's own id. */
    String id() {
        return id;
    }

    Path images() {
        return data.resolve("images");
    }

    Path volumes() {
        return data.resolve("volumes");
    }

    Path networks() {
        return data.resolve("networks");
    }

    Path tenants() {
        return data.resolve("tenants");
    }

    Path meter() {
        return data.resolve("meter");
    }

    Path containers() {
        return data.resolve("containers");
    }

    Path container(String container) {
        return containers().resolve(container);
    }

    /** Where folders of removed containers are until they are deleted. */
    Path trash() {
        return data.resolve("trash");
    }

    Path mountpoint() {
        return exec.resolve("mnt");
    }

    /** The machine's present boot ({@code man 4 random}). */
    String boot() {
        return boot;
    }

    private static String readBoot() {
        try {
            return Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip();
        } catch (IOException e) {
            return "unknown";
        }
    }

    @Override
    public void close() {
        try {
            lock.close();
        } catch (IOException e) {
            throw new EngineException(EngineException.Kind.FAILED, "closing the lock: " + e.getMessage(), e);
        }
    }
}
