package ondol.image;

import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import ondol.linux.Descriptor;
import ondol.linux.Files;
import ondol.linux.KernelException;
import org.jspecify.annotations.Nullable;

/**
 * Copies files into a root, as a build's COPY and ADD do. The kernel resolves every path beneath the root, as if it were
 * {@code /}: no link leads out of it.
 */
public final class RootCopy {
    private static final int PIPE = 1 << 20;

    private final Descriptor root;
    private final Attributes attributes;

    /**
     * What copied files get.
     *
     * @param uid and {@code gid}: -1 keeps the owner
     * @param mode permissions of files and folders, twelve bits; -1 keeps them
     */
    public record Attributes(int uid, int gid, int mode) {
        /** All stays as it is. */
        public static final Attributes KEPT = new Attributes(-1, -1, -1);

        TarEntry of(TarEntry entry) {
            boolean link = entry.type() == TarEntry.Type.SYMLINK;
            return new TarEntry(
                    entry.type(),
                    entry.name(),
                    entry.linkName(),
                    mode < 0 || link ? entry.mode() : mode,
                    uid < 0 ? entry.uid() : uid,
                    gid < 0 ? entry.gid() : gid,
                    entry.size(),
                    entry.seconds(),
                    entry.nanoseconds(),
                    entry.major(),
                    entry.minor(),
                    entry.xattrs(),
                    entry.extents());
        }
    }

    /** @param root to be written to, open with O_PATH */
    public RootCopy(Descriptor root, Attributes attributes) {
        this.root = root;
        this.attributes = attributes;
    }

    /**
     * Copies what is in a folder.
     *
     * @param from the folder
     * @param to a path below the root that becomes a folder where there is none; what is in the way of what is copied into
     *     it goes, links too
     * @throws ImageException INVALID where it is a file
     */
    public void contents(Descriptor from, String to) {
        folders(to);
        copy(from, ".", ".", to);
    }

    /** Copies one thing that is no folder; {@code to} is the path that it gets. */
    public void one(Descriptor folder, String name, String to) {
        String path = trimmed(to);
        int slash = path.lastIndexOf('/');
        String above = slash < 0 ? "" : path.substring(0, slash);
        folders(above);
        copy(folder, name, path.substring(slash + 1), above);
    }

    /** Unpacks a tar, plain or compressed by gzip, zstd or xz, with the owners that it says. */
    public void archive(InputStream tar, String to) {
        folders(to);
        try {
            extract(tar, to, attributes);
        } catch (IOException e) {
            throw ImageException.failed("cannot unpack the archive", e);
        }
    }

    private void copy(Descriptor folder, String name, String as, String base) {
        try (PipedInputStream in = new PipedInputStream(PIPE);
                PipedOutputStream out = new PipedOutputStream(in)) {
            FutureTask<@Nullable Void> writing = new FutureTask<>(() -> {
                try (out) {
                    Tars.write(folder, name, as, out);
                }
                return null;
            });
            Thread.ofPlatform().daemon().name("ondol-copy").start(writing);
            try {
                extract(in, base, attributes);
            } catch (ImageException | IOException e) {
                in.close(); // whoever writes must not wait for ever
                await(writing, e);
                throw e;
            }
            await(writing, null);
        } catch (IOException e) {
            throw ImageException.failed("cannot copy " + as, e);
        }
    }

    /** What went wrong while reading is the reason for what went wrong while writing, but not a pipe that was closed. */
    private static void await(FutureTask<@Nullable Void> writing, @Nullable Exception consequence) {
        try {
            writing.get();
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            if (consequence == null || !(cause.getCause() instanceof IOException)) {
                throw cause instanceof ImageException reason
                        ? reason
                        : ImageException.failed("cannot read what is to be copied", cause);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw ImageException.failed("interrupted while copying", e);
        }
    }

    private void extract(InputStream tar, String to, Attributes forced) throws IOException {
        String base = trimmed(to);
        // a folder takes the place of a link or a file, as with Docker's classic builder
        TreeWriter.Options options = new TreeWriter.Options(false, true, false, 0, forced);
        // "." and not "": the root itself stays what it is
        try (TreeWriter writer = new TreeWriter(root, base.isEmpty() ? "." : base, options, TarLimits.DEFAULT)) {
            writer.addAll(new TarReader(Tars.plain(tar)));
        } catch (KernelException e) {
            throw ImageException.failed("cannot copy to /" + base, e);
        }
    }

    /**
     * Makes the folders of a path that are missing, also where a link leads to, with mode 0755 and the owner that copied files get, else root.
     *
     * @return whether one was missing
     * @throws ImageException INVALID where one of them is a file
     */
    public boolean folders(String path) {
        boolean made = false;
        StringBuilder at = new StringBuilder();
        for (String part : List.of(RootFile.resolved(root, path).split("/"))) {
            if (part.isEmpty()) {
                continue;
            }
            String above = at.isEmpty() ? "." : at.toString();
            at.append(at.isEmpty() ? "" : "/").append(part);
            made |= folder(above, part, at.toString());
        }
        return made;
    }

    private boolean folder(String above, String name, String path) {
        try (Descriptor there = Files.openInRootIfThere(root, path, Files.O_PATH)) {
            if (there != null) {
                if (!Files.fstat(there).isFolder()) {
                    throw ImageException.invalid("/%s is no folder".formatted(ondol.linux.Names.printable(path)));
                }
                return false;
            }
        }
        try (Descriptor parent = Files.openInRoot(root, above, Files.O_PATH | Files.O_DIRECTORY, 0)) {
            Files.mkdirat(parent, name, 0755);
            Files.fchmodat(parent, name, 0755);
            if (attributes.uid() > 0 || attributes.gid() > 0) {
                Files.fchownat(parent, name, Math.max(0, attributes.uid()), Math.max(0, attributes.gid()));
            }
            return true;
        } catch (KernelException e) {
            throw ImageException.failed("cannot make the folder /" + ondol.linux.Names.printable(path), e);
        }
    }

    private static String trimmed(String path) {
        return path.replaceAll("^/+|/+$", "");
    }
}
