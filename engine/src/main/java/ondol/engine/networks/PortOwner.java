package ondol.engine.networks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Which program of the machine has a port ({@code man 5 proc_net}). */
final class PortOwner {
    private static final String LISTENS = "0A";
    private static final int STATE = 3;
    private static final int INODE = 9;

    private PortOwner() {}

    /** Its name and number; empty where it is not to be seen. */
    static Optional<String> find(String protocol, int port) {
        Set<String> sockets = new HashSet<>();
        for (String table : List.of("/proc/net/" + protocol, "/proc/net/" + protocol + "6")) {
            inodes(Path.of(table), port, protocol.equals("tcp"), sockets);
        }
        if (sockets.isEmpty()) {
            return Optional.empty();
        }
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : processes) {
                if (has(process, sockets)) {
                    return Optional.of("process %s (%s)"
                            .formatted(Files.readString(process.resolve("comm")).strip(), process.getFileName()));
                }
            }
        } catch (IOException | UncheckedIOException | DirectoryIteratorException e) {
            // it is a courtesy: without it the port is taken all the same
        }
        return Optional.empty();
    }

    private static void inodes(Path table, int port, boolean listening, Set<String> sockets) {
        String end = ":%04X".formatted(port);
        try {
            for (String line : Files.readAllLines(table)) {
                String[] fields = line.strip().split("\\s+");
                if (fields.length > INODE && fields[1].endsWith(end) && (!listening || fields[STATE].equals(LISTENS))) {
                    sockets.add("socket:[" + fields[INODE] + "]");
                }
            }
        } catch (IOException e) {
            // no such protocol here
        }
    }

    private static boolean has(Path process, Set<String> sockets) {
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(process.resolve("fd"))) {
            for (Path descriptor : descriptors) {
                if (sockets.contains(Files.readSymbolicLink(descriptor).toString())) {
                    return true;
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            // it has ended meanwhile
        }
        return false;
    }
}
