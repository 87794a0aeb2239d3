package ondol.engine.spec;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The files of the running machine. */
public final class LinuxHostFiles implements HostFiles {
    /** What lies below /dev and is a container's own, or no device. */
    private static final Set<String> OWN =
            Set.of("pts", "shm", "fd", "mqueue", "console", ".lxc", ".lxd-mounts", ".udev");

    private static final int S_IFMT = 0xF000;
    private static final int S_IFCHR = 0x2000;
    private static final int S_IFBLK = 0x6000;
    private static final int DEEPEST = 16;

    @Override
    public boolean exists(String path) {
        return Files.exists(Path.of(path));
    }

    @Override
    public List<DeviceNode> devices(String path) throws IOException {
        Path real = Path.of(path).toRealPath();
        List<DeviceNode> found = new ArrayList<>();
        if (Files.isDirectory(real)) {
            collect(real, found, 0);
        } else {
            add(real, found);
        }
        Path asked = Path.of(path);
        return real.equals(asked)
                ? found
                : found.stream()
                        .map(node -> at(
                                node,
                                asked.resolve(real.relativize(Path.of(node.path())))
                                        .normalize()))
                        .toList();
    }

    private static DeviceNode at(DeviceNode node, Path path) {
        return new DeviceNode(
                path.toString(), node.type(), node.major(), node.minor(), node.mode(), node.uid(), node.gid());
    }

    private static void collect(Path folder, List<DeviceNode> found, int depth) throws IOException {
        List<Path> entries = new ArrayList<>();
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder)) {
            stream.forEach(entries::add);
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        entries.sort(null);
        for (Path entry : entries) {
            if (OWN.contains(entry.getFileName().toString())) {
                continue;
            }
            if (!Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
                add(entry, found);
            } else if (depth < DEEPEST) {
                collect(entry, found, depth + 1);
            }
        }
    }

    private static void add(Path path, List<DeviceNode> found) throws IOException {
        Map<String, Object> stat;
        try {
            stat = Files.readAttributes(path, "unix:mode,rdev,uid,gid", LinkOption.NOFOLLOW_LINKS);
        } catch (NoSuchFileException e) {
            // Devices come and go while a folder is read.
            return;
        }
        int mode = (int) number(stat, "mode");
        int kind = mode & S_IFMT;
        if (kind == S_IFCHR || kind == S_IFBLK) {
            long device = number(stat, "rdev");
            found.add(new DeviceNode(
                    path.toString(),
                    kind == S_IFCHR ? "c" : "b",
                    device >>> 32 & 0xFFFFF000 | device >>> 8 & 0xFFF,
                    device >>> 12 & 0xFFFFFF00 | device & 0xFF,
                    mode & 07777,
                    number(stat, "uid"),
                    number(stat, "gid")));
        }
    }

    /** Java gives the unsigned 32-bit numbers of a {@code stat} as signed ones. */
    private static long number(Map<String, Object> stat, String name) {
        return switch (stat.get(name)) {
            case Integer number -> Integer.toUnsignedLong(number);
            case Long number -> number;
            case null, default -> throw new IllegalStateException("no attribute " + name + " of a file");
        };
    }

    /** From {@code man 5 proc_pid_mountinfo}. */
    @Override
    public Map.Entry<String, Propagation> mountOf(String path) throws IOException {
        Path real = Path.of(path).toRealPath();
        Map.Entry<String, Propagation> found = Map.entry("/", Propagation.PRIVATE);
        int longest = -1;
        for (String line : Files.readAllLines(Path.of("/proc/thread-self/mountinfo"))) {
            String[] fields = line.split(" ");
            Path mountPoint = Path.of(unescape(fields[4]));
            // A later mount at the same place covers an earlier one.
            if (real.startsWith(mountPoint) && mountPoint.getNameCount() >= longest) {
                longest = mountPoint.getNameCount();
                found = Map.entry(mountPoint.toString(), propagation(fields));
            }
        }
        return found;
    }

    private static Propagation propagation(String[] fields) {
        Propagation propagation = Propagation.PRIVATE;
        for (int i = 6; i < fields.length && !fields[i].equals("-"); i++) {
            if (fields[i].startsWith("shared:")) {
                return Propagation.SHARED;
            }
            if (fields[i].startsWith("master:")) {
                propagation = Propagation.SLAVE;
            }
        }
        return propagation;
    }

    private static String unescape(String path) {
        return path.replace("\\040", " ")
                .replace("\\011", "\t")
                .replace("\\012", "\n")
                .replace("\\134", "\\");
    }
}
