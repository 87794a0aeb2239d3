package ondol.image;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import ondol.linux.Descriptor;
import ondol.linux.Files;
import ondol.linux.Names;
import ondol.linux.Stat;

/** Compares an unpacked layer with its tar: every file's kind, size, mode and owner. */
final class LayerCheck {
    private static final int MOST = 20;

    private final Descriptor folder;
    private final Map<String, TarEntry> entries = new LinkedHashMap<>();
    private final List<String> findings = new ArrayList<>();

    LayerCheck(Descriptor folder) {
        this.folder = folder;
    }

    void read(TarReader tar) throws IOException {
        for (TarEntry entry = tar.next(); entry != null; entry = tar.next()) {
            String path = path(entry.name());
            // the last of a name counts, and what it hides counts no more
            if (entry.type() != TarEntry.Type.FOLDER && entries.containsKey(path)) {
                entries.keySet().removeIf(other -> other.startsWith(path + "/"));
            }
            entries.put(path, entry);
        }
        for (Map.Entry<String, TarEntry> entry : entries.entrySet()) {
            check(entry.getKey(), entry.getValue());
        }
    }

    /** At most a few of many. */
    List<String> findings() {
        return findings.size() <= MOST ? findings : findings.subList(0, MOST);
    }

    private static String path(String name) {
        StringBuilder path = new StringBuilder();
        for (String part : name.split("/")) {
            if (!part.isEmpty() && !part.equals(".")) {
                path.append(path.isEmpty() ? "" : "/").append(part);
            }
        }
        return path.toString();
    }

    private void check(String path, TarEntry entry) {
        int slash = path.lastIndexOf('/');
        String name = path.substring(slash + 1);
        if (path.isEmpty() || name.startsWith(".wh..wh.")) {
            return;
        }
        String parent = slash < 0 ? "." : path.substring(0, slash);
        try (Descriptor at = Files.openInRootIfThere(folder, parent, Files.O_PATH | Files.O_DIRECTORY)) {
            boolean whiteout = name.startsWith(".wh.");
            Stat stat = Trees.lstat(at, whiteout ? name.substring(4) : name);
            if (stat == null) {
                findings.add("\"%s\" is missing".formatted(Names.printable(path)));
            } else if (!whiteout) {
                compare(path, entry, stat);
            }
        }
    }

    private void compare(String path, TarEntry entry, Stat stat) {
        if (entry.type() == TarEntry.Type.HARD_LINK) {
            return; // its file is in the tar too
        }
        String what = null;
        if (stat.type() != entry.type().bits) {
            what = "is of another kind";
        } else if (entry.type() == TarEntry.Type.FILE && stat.size() != entry.size()) {
            what = "has %d bytes and not %d".formatted(stat.size(), entry.size());
        } else if (entry.type() != TarEntry.Type.SYMLINK && stat.permissions() != entry.mode()) {
            what = "has the mode %o and not %o".formatted(stat.permissions(), entry.mode());
        } else if (stat.uid() != entry.uid() || stat.gid() != entry.gid()) {
            what = "belongs to %d:%d and not to %d:%d".formatted(stat.uid(), stat.gid(), entry.uid(), entry.gid());
        }
        if (what != null) {
            findings.add("\"%s\" %s".formatted(Names.printable(path), what));
        }
    }
}
