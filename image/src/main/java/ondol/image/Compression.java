package ondol.image;

import com.github.luben.zstd.ZstdInputStream;
import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;
import ondol.oci.image.MediaTypes;
import org.tukaani.xz.XZInputStream;

/** How a tar is compressed, told from its first bytes. */
enum Compression {
    NONE(MediaTypes.LAYER),
    GZIP(MediaTypes.LAYER_GZIP),
    ZSTD(MediaTypes.LAYER_ZSTD),
    /** Never a layer's: no media type is for it. */
    XZ("");

    private static final int BUFFER = 128 << 10;

    /** Memory that what is compressed by xz may ask for, in KiB: what {@code xz -9} does takes 65 MiB. */
    private static final int XZ_MEMORY = 100 << 10;

    private static final int START = 6;

    final String mediaType;

    Compression(String mediaType) {
        this.mediaType = mediaType;
    }

    /**
     * Looks at a layer, a stream that can be marked.
     *
     * @throws ImageException UNSUPPORTED where it is compressed as no layer is
     */
    static Compression of(BufferedInputStream in) throws IOException {
        Compression compression = ofArchive(in);
        if (compression == XZ) {
            throw unknown("xz");
        }
        return compression;
    }

    /** Looks at what is only unpacked: as {@link #of}, and it may be compressed by xz. */
    static Compression ofArchive(BufferedInputStream in) throws IOException {
        byte[] start = start(in);
        if (start.length == 0) {
            throw ImageException.invalid("there is no tar to read: the input is empty");
        }
        if (starts(start, 0x1f, 0x8b)) {
            return GZIP;
        }
        if (starts(start, 0x28, 0xb5, 0x2f, 0xfd)) {
            return ZSTD;
        }
        if (starts(start, 0xfd, '7', 'z', 'X', 'Z')) {
            return XZ;
        }
        if (isBzip2(start)) {
            throw unknown("bzip2");
        }
        return NONE;
    }

    private static byte[] start(BufferedInputStream in) throws IOException {
        in.mark(START);
        byte[] start = in.readNBytes(START);
        in.reset();
        return start;
    }

    /** Whether a stream that can be marked is compressed by bzip2, which is not unpacked here. */
    static boolean isBzip2(BufferedInputStream in) throws IOException {
        return isBzip2(start(in));
    }

    /** The magic, a digit, and the number that a block begins with. */
    private static boolean isBzip2(byte[] start) {
        return starts(start, 'B', 'Z', 'h')
                && start.length == START
                && start[3] >= '1'
                && start[3] <= '9'
                && start[4] == 0x31
                && start[5] == 0x41;
    }

    /**
     * Whether something begins as a tar does, or as something compressed.
     *
     * @param start its first {@link TarHeader#BLOCK} bytes, or all where it has fewer
     */
    static boolean mayBeTar(byte[] start) {
        if (starts(start, 0x1f, 0x8b) || starts(start, 0x28, 0xb5, 0x2f, 0xfd)) {
            return true;
        }
        if (start.length < TarHeader.BLOCK) {
            return false;
        }
        TarHeader header = new TarHeader(start);
        try {
            return header.isZero() || header.sumFits();
        } catch (ImageException e) { // where the sum would be there is no number
            return false;
        }
    }

    private static ImageException unknown(String name) {
        return new ImageException(
                ImageException.Kind.UNSUPPORTED,
                "the tar is compressed by %s: give it plain, or compressed by gzip or zstd".formatted(name));
    }

    private static boolean starts(byte[] bytes, int... magic) {
        for (int i = 0; i < magic.length; i++) {
            if (i >= bytes.length || (bytes[i] & 0xff) != magic[i]) {
                return false;
            }
        }
        return true;
    }

    InputStream open(InputStream in) throws IOException {
        return switch (this) {
            case NONE -> in;
            case GZIP -> new GZIPInputStream(new Members(in), BUFFER);
            case ZSTD -> new ZstdInputStream(in).setLongMax(27);
            case XZ -> new XZInputStream(in, XZ_MEMORY);
        };
    }

    /** The JDK looks for a further gzip member only where a stream says that bytes are available. */
    private static final class Members extends FilterInputStream {
        Members(InputStream in) {
            super(in);
        }

        @Override
        public int available() throws IOException {
            return Math.max(1, super.available());
        }
    }
}
