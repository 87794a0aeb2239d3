package ondol.engine.local;

import io.avaje.jsonb.Json;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where the meter of one run is, for the next engine: what cannot be read from the kernel again.
 *
 * @param container empty for a tenant's own
 * @param run when the run began, nanoseconds since 1970
 * @param from when the ledger's last line of it ends, milliseconds since 1970
 * @param boot the machine's boot, in which {@code nanos} counts
 * @param nanos the moment of the last reading by the clock that never jumps
 * @param amount bytes of memory (a tenant's: of disk) at that moment
 * @param sum amount over time until then, in mebibytes times milliseconds
 * @param kernel what the kernel's counter of a tenant's throttled time said, which begins anew with each group
 * @param total all figures until then
 * @param links what each link of the run had carried: bytes received and sent
 */
@Json
public record MeterMark(
        String container,
        long run,
        @Nullable String tenant,
        String name,
        long from,
        String boot,
        long nanos,
        long amount,
        double sum,
        long kernel,
        List<Long> total,
        @Nullable Map<String, List<Long>> links) {}
