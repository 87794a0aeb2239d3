package ondol.oci.runtime;

import io.avaje.json.JsonAdapter;
import io.avaje.json.JsonDataException;
import io.avaje.json.JsonReader;
import io.avaje.json.JsonWriter;
import io.avaje.jsonb.CustomAdapter;
import io.avaje.jsonb.Jsonb;
import org.jspecify.annotations.Nullable;

/** {@link SeccompArgument} in JSON, by hand because of its unsigned numbers. */
@CustomAdapter
public final class SeccompArgumentJsonAdapter implements JsonAdapter<SeccompArgument> {
    /** For avaje-jsonb, which makes adapters. */
    public SeccompArgumentJsonAdapter(Jsonb jsonb) {}

    @Override
    public void toJson(JsonWriter writer, SeccompArgument argument) {
        writer.beginObject();
        writer.name("index");
        writer.value(argument.index());
        writer.name("value");
        Unsigned.write(writer, argument.value());
        if (argument.valueTwo() != 0) {
            writer.name("valueTwo");
            Unsigned.write(writer, argument.valueTwo());
        }
        writer.name("op");
        writer.value(argument.op());
        writer.endObject();
    }

    @Override
    public SeccompArgument fromJson(JsonReader reader) {
        int index = 0;
        long value = 0;
        long valueTwo = 0;
        @Nullable String op = null;
        reader.beginObject();
        while (reader.hasNextField()) {
            switch (reader.nextField()) {
                case "index" -> index = reader.readInt();
                case "value" -> value = Unsigned.read(reader);
                case "valueTwo" -> valueTwo = Unsigned.read(reader);
                case "op" -> op = reader.readString();
                default -> reader.skipValue();
            }
        }
        reader.endObject();
        if (op == null) {
            throw new JsonDataException(
                    "A condition on a system call's argument without an op at " + reader.location());
        }
        return new SeccompArgument(index, value, valueTwo, op);
    }
}
