package ondol.engine.local;

import io.avaje.jsonb.Json;
import java.util.Map;

/** A volume as its file {@code volume.json} keeps it. {@code created} is nanoseconds since 1970. */
@Json
public record VolumeRecord(String name, long created, Map<String, String> labels, Map<String, String> options) {}
