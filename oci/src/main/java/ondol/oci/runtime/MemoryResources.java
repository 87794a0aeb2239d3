package ondol.oci.runtime;

import io.avaje.jsonb.Json;
import io.avaje.recordbuilder.RecordBuilder;
import org.jspecify.annotations.Nullable;

/**
 * Limits of memory; section Memory. Bytes; -1 is unlimited.
 *
 * @param swap memory and swap together
 * @param swappiness 0 to 100
 * @param checkBeforeUpdate refuse a limit below what is used
 */
@Json
@RecordBuilder
public record MemoryResources(
        @Nullable Long limit,
        @Nullable Long reservation,
        @Nullable Long swap,
        @Nullable Long kernel,
        @Nullable Long kernelTCP,
        @Nullable Long swappiness,
        @Nullable Boolean disableOOMKiller,
        @Nullable Boolean useHierarchy,
        @Nullable Boolean checkBeforeUpdate) {}
