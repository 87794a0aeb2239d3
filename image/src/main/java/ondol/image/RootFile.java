package ondol.image;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Pattern;
import ondol.image.dockerfile.Globs;
import ondol.linux.Descriptor;
import ondol.linux.Errno;
import ondol.linux.Files;
import ondol.linux.KernelException;
import ondol.linux.Stat;
import org.jspecify.annotations.Nullable;

/**
 * Something found in a root, through all links, none of which leads out of it.
 *
 * @param folder what it lies in
 * @param name its name there; {@code .} for the folder itself
 * @param stat never a link's
 */
public record RootFile(Descriptor folder, String name, Stat stat) implements AutoCloseable {
    private static final int MOST_LINKS = 40;
    private static final int MOST_MATCHES = 100_000;

    /**
     * Finds a path.
     *
     * @return null where it is not there
     */
    public static @Nullable RootFile find(Descriptor root, String path) {
        String at = path;
        for (int links = 0; links < MOST_LINKS; links++) {
            String trimmed = at.replaceAll("/+$", "");
            int slash = trimmed.lastIndexOf('/');
            String name = trimmed.substring(slash + 1);
            boolean itself = name.isEmpty() || name.equals(".") || name.equals("..") || at.endsWith("/");
            String above = itself ? at : trimmed.substring(0, slash + 1);
            Descriptor folder = folder(root, above.isEmpty() ? "." : above);
            if (folder == null) {
                return null;
            }
            Stat stat = itself ? Files.fstat(folder) : Files.lstatIfThere(folder, name);
            if (stat != null && !stat.isSymlink()) {
                return new RootFile(folder, itself ? "." : name, stat);
            }
            try (folder) {
                if (stat == null) {
                    return null;
                }
                String target = Files.readlinkat(folder, name);
                at = target.startsWith("/") ? target : above + target;
            }
        }
        return null;
    }

    private static @Nullable Descriptor folder(Descriptor root, String path) {
        try {
            return Files.openInRootIfThere(root, path, Files.O_PATH | Files.O_DIRECTORY);
        } catch (KernelException e) {
            if (e.errno() == Errno.ENOTDIR || e.errno() == Errno.ELOOP || e.errno() == Errno.ENAMETOOLONG) {
                return null;
            }
            throw e;
        }
    }

    /**
     * A path without the links on its way, of which the end may be missing: where something is written that is written to
     * it.
     *
     * @return without a slash at its beginning; empty for the root
     * @throws ImageException INVALID where links lead in circles
     */
    public static String resolved(Descriptor root, String path) {
        List<String> at = new ArrayList<>();
        Deque<String> rest = new ArrayDeque<>(List.of(path.split("/")));
        int links = 0;
        while (!rest.isEmpty()) {
            String part = rest.removeFirst();
            if (part.equals("..") && !at.isEmpty()) {
                at.removeLast();
            }
            if (part.isEmpty() || part.equals(".") || part.equals("..")) {
                continue;
            }
            String target = link(root, at, part);
            if (target == null) {
                at.add(part);
                continue;
            }
            if (++links > MOST_LINKS) {
                throw ImageException.invalid("too many links on the way of " + ondol.linux.Names.printable(path));
            }
            if (target.startsWith("/")) {
                at.clear();
            }
            List.of(target.split("/")).reversed().forEach(rest::addFirst);
        }
        return String.join("/", at);
    }

    /** What a link says; null where there is none. */
    private static @Nullable String link(Descriptor root, List<String> above, String name) {
        try (Descriptor folder = folder(root, above.isEmpty() ? "." : String.join("/", above))) {
            Stat stat = folder == null ? null : Files.lstatIfThere(folder, name);
            return folder != null && stat != null && stat.isSymlink() ? Files.readlinkat(folder, name) : null;
        }
    }

    /**
     * Paths that fit a pattern of Go's ({@code path/filepath}, Glob), sorted.
     *
     * @param pattern below the root, without a slash at its beginning
     */
    public static List<String> glob(Descriptor root, String pattern) {
        List<String> found = List.of("");
        for (String part : pattern.split("/")) {
            if (part.isEmpty() || part.equals(".")) {
                continue;
            }
            List<String> next = new ArrayList<>();
            Pattern compiled = Globs.isPattern(part) ? Globs.compile(part) : null;
            for (String path : found) {
                for (String name : compiled == null ? List.of(part) : names(root, path, compiled)) {
                    next.add(path.isEmpty() ? name : path + "/" + name);
                }
            }
            if (next.size() > MOST_MATCHES) {
                throw ImageException.invalid("more than %d files fit a pattern".formatted(MOST_MATCHES));
            }
            found = next;
        }
        List<String> there = new ArrayList<>();
        for (String path : found) {
            try (RootFile file = find(root, path)) {
                if (file != null) {
                    there.add(path);
                }
            }
        }
        return there;
    }

    private static List<String> names(Descriptor root, String path, Pattern pattern) {
        try (RootFile folder = find(root, path.isEmpty() ? "." : path)) {
            if (folder == null || !folder.stat().isFolder()) {
                return List.of();
            }
            try (Descriptor open = folder.open(Files.O_PATH | Files.O_DIRECTORY)) {
                return Trees.names(open).stream()
                        .filter(name -> pattern.matcher(name).matches())
                        .toList();
            }
        }
    }

    /** Opens it. */
    public Descriptor open(int flags) {
        return Files.openName(folder, name, flags);
    }

    @Override
    public void close() {
        folder.close();
    }
}
