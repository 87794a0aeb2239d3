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
                    major(device),
                    minor(device),
                    mode & 07777,
                    number(stat, "uid"),
                    number(stat, "gid")));
        }
    }

    @Override
    public Disk disk(String path) throws IOException {
        Map<String, Object> stat = Files.readAttributes(Path.of(path), "unix:mode,rdev,dev");
        boolean device = (number(stat, "mode") & S_IFMT) == S_IFBLK;
        if ((number(stat, "mode") & S_IFMT) == S_IFCHR) {
            throw new IOException("it is not a block device; name a disk, or a file or folder on it");
        }
        long number = number(stat, device ? "rdev" : "dev");
        Path known = Path.of("/sys/dev/block/" + major(number) + ":" + minor(number));
        if (!Files.exists(known)) {
            throw new IOException(
                    "it lies on no disk that the kernel can limit, but in memory, on a network or on a joined file system;"
                            + " name a disk of /dev");
        }
        Path real = known.toRealPath();
        Path whole =
                Files.exists(real.resolve("partition")) ? real.resolve("..").normalize() : real;
        String[] numbers = Files.readString(whole.resolve("dev")).strip().split(":");
        return new Disk(Long.parseLong(numbers[0]), Long.parseLong(numbers[1]), scheduler(whole));
    }

    @Override
    public boolean weighsDisks() {
        try (DirectoryStream<Path> disks = Files.newDirectoryStream(Path.of("/sys/block"))) {
            for (Path disk : disks) {
                if (scheduler(disk).equals("bfq")) {
                    return true;
                }
            }
            Path cost = Path.of("/sys/fs/cgroup/io.cost.qos"); // "8:0 enable=1 …"
            return Files.exists(cost) && Files.readString(cost).contains("enable=1");
        } catch (IOException e) {
            return false;
        }
    }

    /** The word in brackets of {@code none [mq-deadline] bfq}. */
    private static String scheduler(Path disk) {
        try {
            String words = Files.readString(disk.resolve("queue/scheduler"));
            return words.substring(words.indexOf('[') + 1, Math.max(words.indexOf('['), words.indexOf(']')));
        } catch (IOException | IndexOutOfBoundsException e) {
            return "";
        }
    }

    private static long major(long device) {
        return device >>> 32 & 0xFFFFF000 | device >>> 8 & 0xFFF;
    }

    private static long minor(long device) {
        return device >>> 12 & 0xFFFFFF00 | device & 0xFF;
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
