package ondol.docker.json;

import io.avaje.jsonb.Json;
import java.util.List;
import ondol.engine.Usage;
import org.jspecify.annotations.Nullable;

/** What the API says about the meter. */
public final class MeterJson {
    private MeterJson() {}

    /** {@code GET /ondol/meter}: a sum. */
    @Json(naming = Json.Naming.UpperCamel)
    public record Row(
            @Json.Property("Tenant") @Nullable String tenant,
            @Json.Property("Container") @Nullable String container,
            @Json.Property("Name") @Nullable String name,
            @Json.Property("From") String from,
            @Json.Property("To") String to,
            @Json.Property("Used") Usage used) {}

    /** {@code GET /ondol/meter/live}: what runs now. */
    @Json(naming = Json.Naming.UpperCamel)
    public record Live(
            @Json.Property("Nanos") long nanos,
            @Json.Property("Containers") List<Running> containers,
            @Json.Property("Pressure") List<Pressure> pressure) {}

    /** A container that runs: what it used since it started, and what it has now. */
    @Json(naming = Json.Naming.UpperCamel)
    public record Running(
            @Json.Property("Tenant") @Nullable String tenant,
            @Json.Property("Container") String container,
            @Json.Property("Name") String name,
            @Json.Property("Used") Usage used,
            @Json.Property("Memory") long memory,
            @Json.Property("Pids") long pids) {}

    /** Percentages of the last ten seconds in which work waited. */
    @Json(naming = Json.Naming.UpperCamel)
    public record Pressure(
            @Json.Property("Tenant") @Nullable String tenant,
            @Json.Property("Cpu") double cpu,
            @Json.Property("Memory") double memory,
            @Json.Property("Io") double io) {}
}
