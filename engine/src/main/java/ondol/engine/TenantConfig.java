package ondol.engine;

import io.avaje.jsonb.Json;
import io.avaje.recordbuilder.DefaultValue;
import io.avaje.recordbuilder.RecordBuilder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a tenant may use, over the sum of its containers. A null is "not said": no limit, and in an update what there is;
 * there a 0, an empty list and an empty text take a limit away.
 *
 * @param nanoCpus the most processor time; 10^9 is one processor. Without it a tenant may use what others leave
 * @param cpuWeight 1 to 10000, 100 is the default: the share of the processors where tenants want more than there is
 * @param memory the most memory, bytes
 * @param memoryGuarantee bytes that others' want of memory does not take from it (v2: {@code memory.min}; v1: the soft
 *     limit, which the kernel tries to keep and does not promise)
 * @param ioWeight 10 to 1000: the share of block devices, where the kernel keeps weights of them
 * @param deviceReadBps bytes per second
 * @param deviceReadIOps operations per second
 * @param netRate bits per second, each way
 * @param pids how many processes and threads
 * @param disk bytes of all its containers' writable layers and its volumes together
 * @param maxContainers how many containers it may have, running or not
 * @param users users of the engine's socket whose containers are this tenant's unless they name another: names or numbers
 */
@Json(naming = Json.Naming.UpperCamel)
@RecordBuilder
public record TenantConfig(
        @Nullable Long nanoCpus,
        @Nullable Long cpuWeight,
        @Json.Property("Memory") @Nullable Long memory,
        @Nullable Long memoryGuarantee,
        @Nullable Integer ioWeight,
        @DefaultValue("null") @Nullable List<ThrottleDevice> deviceReadBps,
        @DefaultValue("null") @Nullable List<ThrottleDevice> deviceWriteBps,

        @Json.Property("DeviceReadIOps") @DefaultValue("null") @Nullable
        List<ThrottleDevice> deviceReadIOps,

        @Json.Property("DeviceWriteIOps") @DefaultValue("null") @Nullable
        List<ThrottleDevice> deviceWriteIOps,

        @Nullable Long netRate,
        @Json.Property("Pids") @Nullable Long pids,
        @Json.Property("Disk") @Nullable Long disk,
        @Nullable Integer maxContainers,

        @Json.Property("Users") @DefaultValue("null") @Nullable
        List<String> users) {}
