package ondol.oci.runtime;

import io.avaje.json.JsonAdapter;
import io.avaje.json.JsonDataException;
import io.avaje.json.JsonReader;
import io.avaje.json.JsonWriter;
import io.avaje.jsonb.CustomAdapter;
import io.avaje.jsonb.Jsonb;
import org.jspecify.annotations.Nullable;

/** {@link Rlimit} in JSON, by hand because of its unsigned numbers. */
@CustomAdapter
public final class RlimitJsonAdapter implements JsonAdapter<Rlimit> {
    /** For avaje-jsonb, which makes adapters. */
    public RlimitJsonAdapter(Jsonb jsonb) {}

    @Override
    public void toJson(JsonWriter writer, Rlimit rlimit) {
        writer.beginObject();
        writer.name("type");
        writer.value(rlimit.type());
        writer.name("hard");
        Unsigned.write(writer, rlimit.hard());
        writer.name("soft");
        Unsigned.write(writer, rlimit.soft());
        writer.endObject();
    }

    @Override
    public Rlimit fromJson(JsonReader reader) {
        @Nullable String type = null;
        long soft = 0;
        long hard = 0;
        reader.beginObject();
        while (reader.hasNextField()) {
            switch (reader.nextField()) {
                case "type" -> type = reader.readString();
                case "hard" -> hard = Unsigned.read(reader);
                case "soft" -> soft = Unsigned.read(reader);
                default -> reader.skipValue();
            }
        }
        reader.endObject();
        if (type == null) {
            throw new JsonDataException("A resource limit without a type at " + reader.location());
        }
        return new Rlimit(type, soft, hard);
    }
}
