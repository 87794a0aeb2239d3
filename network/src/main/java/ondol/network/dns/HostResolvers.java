package ondol.network.dns;

import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The resolvers that the host itself asks ({@code man 5 resolv.conf}), read again when the file changes. For one thread. */
final class HostResolvers {
    private static final System.Logger LOG = System.getLogger(HostResolvers.class.getName());
    private static final long LOOK_AGAIN = TimeUnit.SECONDS.toNanos(1);
    private static final int MOST_BYTES = 64 * 1024;

    private final Path file;
    private List<InetAddress> addresses = List.of();
    private @Nullable FileTime changed;
    private long looked = System.nanoTime() - LOOK_AGAIN;

    HostResolvers(Path file) {
        this.file = file;
    }

    /** As the file says, in its order; none where it names none. */
    List<InetAddress> addresses() {
        long now = System.nanoTime();
        if (now - looked >= LOOK_AGAIN) {
            looked = now;
            try {
                FileTime time = Files.getLastModifiedTime(file);
                if (!time.equals(changed)) {
                    addresses = read();
                    changed = time;
                }
            } catch (IOException e) {
                LOG.log(Level.DEBUG, "{0} cannot be read: {1}", file, e.getMessage());
            }
        }
        return addresses;
    }

    private List<InetAddress> read() throws IOException {
        String text;
        try (InputStream in = Files.newInputStream(file)) {
            text = new String(in.readNBytes(MOST_BYTES), StandardCharsets.UTF_8);
        }
        List<InetAddress> found = new ArrayList<>();
        for (String line : text.lines().toList()) {
            String[] words = line.strip().split("\\s+", 3);
            if (words.length >= 2 && words[0].equals("nameserver")) {
                try {
                    found.add(InetAddress.ofLiteral(words[1]));
                } catch (IllegalArgumentException e) {
                    LOG.log(Level.WARNING, "{0} names the resolver \"{1}\", which is no address", file, words[1]);
                }
            }
        }
        return List.copyOf(found);
    }
}
