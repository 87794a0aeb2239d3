package ondol.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import ondol.linux.Call;
import ondol.linux.Kernel;

/** The machine that the tests run on: what they need of it, and what an engine may have left on it. */
final class TestMachine {
    private static final Path BUSYBOX = Path.of("/bin/busybox");

    private final Path folder;
    private final boolean slow;

    private TestMachine(Path folder) {
        this.folder = folder;
        this.slow = text(Path.of("/proc/cpuinfo")).contains("User Mode Linux");
    }

    /** Skips the tests where something is missing, and says what. */
    static TestMachine check(Path folder) {
        assumeTrue(Kernel.raw(Call.GETUID) == 0, "containers need root");
        assumeTrue(Files.isExecutable(BUSYBOX), "there is no /bin/busybox (Debian's busybox-static)");
        return new TestMachine(folder);
    }

    /** Whether this is a kernel for correctness only, where waiting takes long. */
    boolean slow() {
        return slow;
    }

    /** Seconds after which something will not happen any more. */
    int patience() {
        return slow ? 60 : 15;
    }

    /** A root of busybox and little else, made below the engine's folder. */
    Path busyboxRoot() {
        Path root = folder.resolve("busybox-root");
        if (Files.exists(root.resolve("plain"))) {
            return root; // it is made once
        }
        try {
            for (String made : new String[] {"bin", "etc", "tmp", "home/ann", "data"}) {
                Files.createDirectories(root.resolve(made));
            }
            Files.setPosixFilePermissions(
                    root.resolve("tmp"), java.nio.file.attribute.PosixFilePermissions.fromString("rwxrwxrwx"));
            Files.copy(BUSYBOX, root.resolve("bin/busybox"), java.nio.file.StandardCopyOption.COPY_ATTRIBUTES);
            Process list = new ProcessBuilder(BUSYBOX.toString(), "--list").start();
            String names = new String(list.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            for (String name : names.split("\n")) {
                if (!name.equals("busybox")) {
                    Files.createSymbolicLink(root.resolve("bin").resolve(name), Path.of("busybox"));
                }
            }
            Files.writeString(
                    root.resolve("etc/passwd"),
                    "root:x:0:0:root:/root:/bin/sh\nann:x:1000:1000:Ann:/home/ann:/bin/sh\n");
            Files.writeString(root.resolve("etc/group"), "root:x:0:\nann:x:1000:\naudio:x:29:ann\nvideo:x:44:\n");
            Files.writeString(root.resolve("data/first"), "first\n");
            Files.writeString(root.resolve("data/second"), "second\n");
            Files.writeString(root.resolve("plain"), "not a program\n");
            return root;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Nothing of an engine that was below the folder remains: no mount, no group, no process. */
    void assertNothingLeft() {
        long until = System.nanoTime() + 5_000_000_000L;
        while (!left().isEmpty() && System.nanoTime() < until) {
            OnEngine.pause(20);
        }
        assertEquals(List.of(), left(), "left behind");
    }

    private List<String> left() {
        List<String> left = new ArrayList<>(mounts());
        left.addAll(groups());
        processes().forEach(pid -> left.add("process " + pid + " " + describe(pid)));
        return left;
    }

    /** Lines of mountinfo that name the folder. */
    List<String> mounts() {
        return text(Path.of("/proc/self/mountinfo"))
                .lines()
                .filter(line -> line.contains(folder.toString()))
                .toList();
    }

    /** Control groups below the engine's own, and that. */
    List<String> groups() {
        String id = text(folder.resolve("id")).strip();
        if (id.isEmpty()) {
            return List.of();
        }
        String name = "ondol-" + id.substring(0, 8);
        List<String> found = new ArrayList<>();
        Path base = Path.of("/sys/fs/cgroup");
        if (Files.isDirectory(base.resolve(name))) {
            found.add(base.resolve(name).toString());
        }
        try (Stream<Path> hierarchies = Files.list(base)) {
            hierarchies
                    .map(hierarchy -> hierarchy.resolve(name))
                    .filter(Files::isDirectory)
                    .forEach(group -> {
                        found.add(group.toString());
                    });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return found;
    }

    /** Keepers and minders of the engine: processes whose binary lies below its folder. */
    List<Integer> processes() {
        List<Integer> found = new ArrayList<>();
        try (var all = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : all) {
                try {
                    if (Files.readSymbolicLink(process.resolve("exe")).startsWith(folder)) {
                        found.add(Integer.parseInt(process.getFileName().toString()));
                    }
                } catch (IOException e) {
                    // it has gone, or is the kernel's own
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return found;
    }

    /** What a process is, for whoever reads that it should not be there. */
    static String describe(int pid) {
        Path process = Path.of("/proc/" + pid);
        StringBuilder words = new StringBuilder(text(process.resolve("comm")).strip());
        words.append(text(process.resolve("status"))
                .lines()
                .filter(line -> line.startsWith("State") || line.startsWith("PPid"))
                .collect(java.util.stream.Collectors.joining(" ", " ", "")));
        try (Stream<Path> descriptors = Files.list(process.resolve("fd"))) {
            for (Path descriptor : descriptors.toList()) {
                words.append(' ').append(Files.readSymbolicLink(descriptor));
            }
        } catch (IOException e) {
            words.append(" gone");
        }
        return words.toString();
    }

    /** The process that made this one. */
    static int parent(int pid) {
        String stat = text(Path.of("/proc/" + pid + "/stat"));
        String afterName = stat.substring(stat.lastIndexOf(')') + 2);
        return Integer.parseInt(afterName.split(" ")[1]);
    }

    static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return "";
        }
    }
}
