package ondol.oci.runtime;

import io.avaje.jsonb.Json;
import io.avaje.recordbuilder.RecordBuilder;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the container may use; section Control groups.
 *
 * @param devices in order, later ones win
 * @param rdma by device
 * @param unified file of the v2 hierarchy to its content
 */
@Json
@RecordBuilder
public record LinuxResources(
        @Nullable List<DeviceRule> devices,
        @Nullable MemoryResources memory,
        @Nullable CpuResources cpu,
        @Nullable PidsResources pids,
        @Nullable BlockIoResources blockIO,
        @Nullable List<HugepageLimit> hugepageLimits,
        @Nullable NetworkResources network,
        @Nullable Map<String, RdmaLimit> rdma,
        @Nullable Map<String, String> unified) {}
