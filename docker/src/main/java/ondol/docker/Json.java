package ondol.docker;

import io.avaje.json.JsonException;
import io.avaje.jsonb.Jsonb;
import ondol.engine.EngineException;
import org.jspecify.annotations.Nullable;

/** JSON in and out, with adapters that are made when compiling. */
final class Json {
    private static final Jsonb JSONB = Jsonb.builder().build();
    private static final Jsonb WITH_NULLS = Jsonb.builder().serializeNulls(true).build();

    private Json() {}

    /** @throws EngineException {@code INVALID} for what is no such JSON */
    static <T> @Nullable T read(Class<T> type, byte[] body) {
        if (JsonShape.isNull(body)) {
            return null;
        }
        try {
            return JSONB.type(type).fromJson(body);
        } catch (JsonException | IllegalStateException | ClassCastException | NumberFormatException e) {
            throw new EngineException(EngineException.Kind.INVALID, "invalid JSON: " + e.getMessage(), e);
        } catch (IndexOutOfBoundsException | NullPointerException e) {
            throw new EngineException(EngineException.Kind.INVALID, "invalid JSON: it ends too early", e);
        }
    }

    /** As {@link #write}, where a null is written and not left out. */
    static byte[] writeWithNulls(Object value) {
        return WITH_NULLS.toJsonBytes(value);
    }

    static byte[] write(Object value) {
        return JSONB.toJsonBytes(value);
    }
}
