package ondol.image.archive;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import ondol.image.Contents;
import ondol.image.ImageException;
import ondol.image.TarEntry;
import ondol.image.TarReader;
import ondol.linux.Names;
import ondol.oci.image.Digest;
import ondol.oci.image.ImageJson;
import org.jspecify.annotations.Nullable;

/**
 * What is in an archive, by the names in it. A name is a key here and never a path on this machine. Lists are kept in
 * memory; everything else goes into the store at once, in whatever order it comes.
 */
final class Members {
    private static final Set<String> LISTS = Set.of("manifest.json", "index.json", "oci-layout");
    private static final String BLOBS = "blobs/";
    private static final int MOST = 100_000;
    private static final int LONGEST = 4096;
    private static final int LINKS = 8;

    private final Contents contents;
    private final LoadProgress progress;
    private final Map<String, byte[]> lists = new HashMap<>();
    private final Map<String, Contents.Received> received = new HashMap<>();
    private final Map<String, String> links = new HashMap<>();
    private int count;

    Members(Contents contents, LoadProgress progress) {
        this.contents = contents;
        this.progress = progress;
    }

    /** Reads all there is. */
    void readAll(TarReader tar) throws IOException {
        for (TarEntry entry = tar.next(); entry != null; entry = tar.next()) {
            if (++count > MOST) {
                throw invalid("it has more than %d members".formatted(MOST));
            }
            String name = clean(entry.name(), "");
            switch (entry.type()) {
                case FOLDER -> {}
                case FILE -> file(name, entry, tar);
                case SYMLINK -> links.put(name, clean(entry.linkName(), parent(name)));
                case HARD_LINK -> links.put(name, clean(entry.linkName(), ""));
                default -> throw invalid("\"%s\" in it is a device".formatted(Names.printable(name)));
            }
        }
    }

    private void file(String name, TarEntry entry, TarReader tar) throws IOException {
        if (!entry.extents().isEmpty()) {
            throw invalid("\"%s\" in it is stored with holes".formatted(Names.printable(name)));
        }
        if (LISTS.contains(name)) {
            if (entry.size() > ImageJson.LIMIT) {
                throw invalid("its %s has more than %d bytes".formatted(name, ImageJson.LIMIT));
            }
            lists.put(name, new Member(tar, name, entry.size(), LoadProgress.NONE).readAllBytes());
            return;
        }
        Digest named = name.startsWith(BLOBS) ? digest(name) : null;
        if (isOld(name) || (named != null && contents.has(named))) {
            // what is here already is not taken again, whatever the archive has
            return;
        }
        Contents.Received content = contents.receive(new Member(tar, name, entry.size(), progress));
        if (named != null && !content.blob().digest().equals(named.toString())) {
            throw invalid("\"%s\" in it has the digest %s"
                    .formatted(name, content.blob().digest()));
        }
        received.put(name, content);
    }

    /** What archives of Docker before 1.10 had, and newer ones still have for its sake. */
    private static boolean isOld(String name) {
        return name.equals("repositories") || name.endsWith("/VERSION") || name.endsWith("/json");
    }

    /** The digest that a blob's name says; null where it says none that is understood. */
    private static @Nullable Digest digest(String name) {
        String[] parts = name.split("/", -1);
        try {
            return parts.length == 3 && parts[1].equals("sha256") ? new Digest(parts[1], parts[2]) : null;
        } catch (IllegalArgumentException e) {
            throw invalid("\"%s\" in it is no digest".formatted(Names.printable(name)));
        }
    }

    /** A list; null where the archive has none of this name. */
    byte @Nullable [] list(String name) {
        return lists.get(name);
    }

    /** The content of a name, links followed. */
    Contents.Received content(String name) throws IOException {
        String at = clean(name, "");
        for (int i = 0; i < LINKS; i++) {
            Contents.Received found = received.get(at);
            if (found != null) {
                return found;
            }
            Digest digest = at.startsWith(BLOBS) ? digest(at) : null;
            if (digest != null && contents.has(digest)) {
                return contents.kept(digest);
            }
            String next = links.get(at);
            if (next == null) {
                throw invalid("it has no \"%s\", which its list of images names".formatted(Names.printable(name)));
            }
            at = next;
        }
        throw invalid("\"%s\" in it is a link that leads nowhere".formatted(Names.printable(name)));
    }

    private static String parent(String name) {
        int slash = name.lastIndexOf('/');
        return slash < 0 ? "" : name.substring(0, slash);
    }

    /** A name without dots, that starts in a folder of the archive and does not lead out of it. */
    private static String clean(String name, String folder) {
        if (name.length() > LONGEST || name.startsWith("/")) {
            throw invalid("the name \"%s\" in it is no path inside of it".formatted(Names.printable(name)));
        }
        List<String> path = new ArrayList<>(folder.isEmpty() ? List.of() : List.of(folder.split("/")));
        for (String part : name.split("/")) {
            if (part.equals("..")) {
                if (path.isEmpty()) {
                    throw invalid("the name \"%s\" in it leads out of it".formatted(Names.printable(name)));
                }
                path.removeLast();
            } else if (!part.isEmpty() && !part.equals(".")) {
                path.add(part);
            }
        }
        return String.join("/", path);
    }

    static ImageException invalid(String sentence) {
        return new ImageException(ImageException.Kind.INVALID, "the archive cannot be loaded: " + sentence);
    }

    /** The bytes of one member. */
    private static final class Member extends InputStream {
        private final TarReader tar;
        private final String name;
        private final long size;
        private final LoadProgress progress;
        private long at;

        Member(TarReader tar, String name, long size, LoadProgress progress) {
            this.tar = tar;
            this.name = name;
            this.size = size;
            this.progress = progress;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            int read = tar.read(bytes, offset, length);
            if (read > 0) {
                at += read;
                progress.read(name, at, size);
            }
            return read;
        }
    }
}
