package ondol.image;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import ondol.linux.Descriptor;
import ondol.linux.KernelException;
import org.tukaani.xz.XZIOException;

/** Tars of roots, and of single files in them: for {@code export} and {@code cp}. */
public final class Tars {
    private static final int BUFFER = 128 << 10;
    /** As much as is looked at of what may be compressed. */
    private static final int PROBE = 1 << 20;

    private Tars() {}

    /**
     * Writes a whole root, the same bytes for the same files. The stream stays open.
     *
     * @param root a view's, or any folder; what is mounted inside is left out
     */
    public static void write(Descriptor root, OutputStream out) {
        writing(out, TreeReader.Options.ROOT, reader -> reader.writeRoot(root));
    }

    /** As {@link #write(Descriptor, String, String, OutputStream, long)}, without a user namespace. */
    public static void write(Descriptor folder, String name, String as, OutputStream out) {
        write(folder, name, as, out, 0);
    }

    /**
     * Writes one file or tree, with what is mounted in it, and does not follow it where it is a link.
     *
     * @param folder where it is, opened as {@link ondol.linux.Files#openInRoot} does
     * @param name its name there; {@code .} for the folder itself
     * @param as its name in the tar
     * @param first what user 0 of the root's user namespace is here; 0 without one
     */
    public static void write(Descriptor folder, String name, String as, OutputStream out, long first) {
        writing(out, TreeReader.Options.live((int) first), reader -> reader.writeOne(folder, name, as));
    }

    private interface Writing {
        void with(TreeReader reader) throws IOException;
    }

    private static void writing(OutputStream out, TreeReader.Options options, Writing writing) {
        BufferedOutputStream buffered = new BufferedOutputStream(out, BUFFER);
        try (TreeReader reader = new TreeReader(buffered, options)) {
            writing.with(reader);
            buffered.flush();
        } catch (IOException | KernelException e) {
            throw ImageException.failed("cannot write the tar", e);
        }
    }

    /** As {@link #extract(InputStream, Descriptor, String, boolean, boolean, long)}, without a user namespace. */
    public static void extract(
            InputStream tar, Descriptor root, String path, boolean noOverwriteDirNonDir, boolean keepOwners) {
        extract(tar, root, path, noOverwriteDirNonDir, keepOwners, 0);
    }

    /**
     * The plain bytes of a tar that may be compressed by gzip, zstd or xz.
     *
     * @throws ImageException INVALID where it is empty; UNSUPPORTED where it is compressed by bzip2
     */
    public static InputStream plain(InputStream tar) throws IOException {
        BufferedInputStream in = new BufferedInputStream(tar, BUFFER);
        return new BufferedInputStream(Compression.ofArchive(in).open(in), BUFFER);
    }

    /** Whether a stream that can be marked is compressed by bzip2, which is not unpacked here. Nothing is taken. */
    public static boolean isBzip2(BufferedInputStream in) throws IOException {
        return Compression.isBzip2(in);
    }

    /** Whether a stream that can be marked begins as a tar does, plain or compressed by gzip, zstd or xz. Nothing is taken. */
    public static boolean looksLike(BufferedInputStream in) throws IOException {
        in.mark(PROBE);
        try {
            BufferedInputStream plain =
                    new BufferedInputStream(Compression.ofArchive(in).open(in), 1 << 10);
            byte[] start = plain.readNBytes(TarHeader.BLOCK);
            if (start.length < TarHeader.BLOCK) {
                return false;
            }
            TarHeader header = new TarHeader(start);
            return !header.isZero() && header.sumFits();
        } catch (ImageException | java.util.zip.ZipException | XZIOException | java.io.EOFException e) {
            return false;
        } finally {
            in.reset();
        }
    }

    /** The bytes of an open file. */
    public static InputStream reading(Descriptor file) {
        return new FileStream(file);
    }

    /**
     * Unpacks a tar, plain or compressed, into a folder of a root. Links are followed as the root's processes would.
     *
     * @param root what is {@code /} to links
     * @param path the folder, which must be there, below the root
     * @param noOverwriteDirNonDir refuses to put a folder where something else is, and the other way round
     * @param keepOwners gives files the tar's owners; else root's
     * @param first what user 0 of the root's user namespace is here; 0 without one
     * @throws ImageException NOT_FOUND without the folder; INVALID where it is no tar, or a hostile one
     */
    public static void extract(
            InputStream tar,
            Descriptor root,
            String path,
            boolean noOverwriteDirNonDir,
            boolean keepOwners,
            long first) {
        String base = path.replaceAll("^/+|/+$", "");
        TreeWriter.Options options = new TreeWriter.Options(false, keepOwners, noOverwriteDirNonDir, (int) first, null);
        try (TreeWriter writer = new TreeWriter(root, base, options, TarLimits.DEFAULT)) {
            writer.addAll(new TarReader(plain(tar)));
        } catch (IOException | KernelException e) {
            throw ImageException.failed("cannot unpack the tar", e);
        }
    }
}
