package ondol.oci.runtime;

import io.avaje.jsonb.Json;
import io.avaje.recordbuilder.RecordBuilder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Shares and limits of block devices; section Block IO.
 *
 * @param weight 10 to 1000
 */
@Json
@RecordBuilder
public record BlockIoResources(
        @Nullable Integer weight,
        @Nullable Integer leafWeight,
        @Nullable List<BlockIoWeight> weightDevice,
        @Nullable List<BlockIoRate> throttleReadBpsDevice,
        @Nullable List<BlockIoRate> throttleWriteBpsDevice,
        @Nullable List<BlockIoRate> throttleReadIOPSDevice,
        @Nullable List<BlockIoRate> throttleWriteIOPSDevice) {}
