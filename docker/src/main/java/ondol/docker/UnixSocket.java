package ondol.docker;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import org.jspecify.annotations.Nullable;

/** The file of a unix socket. */
final class UnixSocket {
    /** {@code man 7 unix}: sun_path has 108 bytes, the last of them zero. */
    private static final int MAX_PATH = 107;

    private UnixSocket() {}

    /**
     * Makes the folder, and removes a socket on which nobody answers any more.
     *
     * @throws IOException where somebody answers, or the file is something else
     */
    static void prepare(Path path) throws IOException {
        if (!path.isAbsolute() || path.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8).length > MAX_PATH) {
            throw new IOException("a socket's path has to be absolute and of at most " + MAX_PATH + " bytes: " + path);
        }
        Path parent = path.getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        int type = (int) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS) & 0170000;
        if (type != 0140000) {
            throw new IOException(path + " is there and no socket: move it away, or name another");
        }
        if (answers(path)) {
            throw new IOException("another daemon answers on " + path + ": stop it, or name another socket with -H");
        }
        Files.delete(path);
    }

    private static boolean answers(Path path) {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            return channel.connect(UnixDomainSocketAddress.of(path));
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * For its owner and group only.
     *
     * @param group by name or number; null for the engine's own
     */
    static void protect(Path path, @Nullable String group) throws IOException {
        if (group != null) {
            try {
                GroupPrincipal found =
                        path.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByGroupName(group);
                Files.getFileAttributeView(path, PosixFileAttributeView.class).setGroup(found);
            } catch (UserPrincipalNotFoundException e) {
                throw new IOException("there is no group " + group + " on this machine for " + path, e);
            }
        }
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-rw----"));
    }
}
