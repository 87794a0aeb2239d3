package ondol.engine.local;

import io.avaje.jsonb.Json;
import java.util.List;

/** The file {@code open.json} of the meter. */
@Json
public record MeterMarks(List<MeterMark> open) {}
