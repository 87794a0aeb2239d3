package ondol.oci.image;

import io.avaje.jsonb.JsonType;
import io.avaje.jsonb.Jsonb;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The JSON of this package's records. Unknown fields are ignored; texts are bounded in size and depth. */
public final class ImageJson {
    /** The most bytes that are read as one document. */
    public static final int LIMIT = 8 << 20;

    private static final int DEPTH = 64;
    private static final Jsonb JSONB = Jsonb.builder().failOnUnknown(false).build();

    private ImageJson() {}

    /**
     * Reads a document.
     *
     * @param what what it is, for the sentence: {@code the manifest sha256:…}
     * @throws IllegalArgumentException where it is too large, too deep, no JSON, or not of this shape
     */
    public static <T> T read(byte[] json, Class<T> type, String what) {
        return read(json, JSONB.type(type), what);
    }

    /** As {@link #read}, a list of documents. */
    public static <T> List<T> readList(byte[] json, Class<T> type, String what) {
        return Shape.list(read(json, JSONB.type(type).list(), what), what);
    }

    private static <T> T read(byte[] json, JsonType<T> type, String what) {
        if (json.length > LIMIT) {
            throw new IllegalArgumentException("%s has more than %d bytes".formatted(what, LIMIT));
        }
        if (depth(json) > DEPTH) {
            throw new IllegalArgumentException("%s is nested more than %d deep".formatted(what, DEPTH));
        }
        T value;
        try {
            value = type.fromJson(json);
        } catch (RuntimeException e) {
            throw new IllegalArgumentException("%s cannot be read: %s".formatted(what, e.getMessage()), e);
        }
        if (value == null) {
            throw new IllegalArgumentException(what + " is empty");
        }
        return value;
    }

    /** The JSON of a list of records. */
    public static <T> byte[] writeList(List<T> values, Class<T> type) {
        return JSONB.type(type).list().toJson(values).getBytes(StandardCharsets.UTF_8);
    }

    /** A record's JSON, without its nulls. */
    public static byte[] write(Object value) {
        return JSONB.toJson(value).getBytes(StandardCharsets.UTF_8);
    }

    /** How deep brackets are nested, outside of strings: the parser recurses, so a stranger could exhaust its stack. */
    private static int depth(byte[] json) {
        int depth = 0;
        int deepest = 0;
        boolean text = false;
        for (int i = 0; i < json.length; i++) {
            switch (json[i]) {
                case '\\' -> i += text ? 1 : 0;
                case '"' -> text = !text;
                case '{', '[' -> deepest = Math.max(deepest, text ? depth : ++depth);
                case '}', ']' -> depth -= text ? 0 : 1;
                default -> {}
            }
        }
        return deepest;
    }
}
