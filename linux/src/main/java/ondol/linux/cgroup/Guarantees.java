package ondol.linux.cgroup;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Guarantees of memory in v2 ({@code memory.min}, {@code memory.low}). A group's guarantee holds only as far as those of
 * the groups above it (<a href="https://docs.kernel.org/admin-guide/cgroup-v2.html#memory-interface-files">cgroup-v2</a>,
 * "effective min boundary"): a parent that guarantees nothing takes its children's away. So parents get the sum.
 */
final class Guarantees {
    private static final List<String> FILES = List.of("memory.min", "memory.low");

    private Guarantees() {}

    /**
     * Raises the guarantees of a group and of all above it to the sum of those below.
     *
     * @param path without a slash at its end
     * @param own a group of which this alone decides, so that its guarantee sinks as well; null for none
     */
    static void cover(Hierarchy unified, String path, @Nullable String own) {
        for (String group = path; !group.isEmpty(); group = group.substring(0, group.lastIndexOf('/'))) {
            for (String file : FILES) {
                cover(unified.directory(group), file, group.equals(own));
            }
        }
    }

    private static void cover(String directory, String file, boolean sinks) {
        String text = GroupFiles.readOrNull(directory + "/" + file);
        if (text == null) {
            return; // the parents hand no memory controller down
        }
        long now = bytes(text);
        long needed = 0;
        try (DirectoryStream<Path> children = Files.newDirectoryStream(Path.of(directory), Files::isDirectory)) {
            for (Path child : children) {
                String below = GroupFiles.readOrNull(child + "/" + file);
                needed = below == null || needed == Long.MAX_VALUE ? needed : sum(needed, bytes(below));
            }
        } catch (NoSuchFileException e) {
            return;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list the control groups in " + directory, e);
        }
        if (needed > now || (sinks && needed < now)) {
            GroupFiles.mustWrite(directory + "/" + file, needed == Long.MAX_VALUE ? "max" : Long.toString(needed));
        }
    }

    private static long sum(long one, long other) {
        return other > Long.MAX_VALUE - one ? Long.MAX_VALUE : one + other;
    }

    private static long bytes(String text) {
        String value = text.strip();
        return value.equals("max") ? Long.MAX_VALUE : Long.parseLong(value);
    }
}
