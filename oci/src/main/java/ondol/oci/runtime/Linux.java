package ondol.oci.runtime;

import io.avaje.jsonb.Json;
import io.avaje.recordbuilder.RecordBuilder;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What only Linux has; config-linux.md.
 *
 * @param namespaces those not named are the runtime's own
 * @param timeOffsets keys {@code boottime} and {@code monotonic}
 * @param devices device files to make
 * @param netDevices interfaces of the runtime's network namespace to move in
 * @param cgroupsPath absolute: below the hierarchy's root; relative: below where the runtime chooses
 * @param rootfsPropagation {@code shared}, {@code slave}, {@code private} or {@code unbindable}
 * @param maskedPaths hidden
 * @param readonlyPaths made read-only
 * @param mountLabel SELinux context of the mounts
 */
@Json
@RecordBuilder
public record Linux(
        @Nullable List<Namespace> namespaces,
        @Nullable List<IdMapping> uidMappings,
        @Nullable List<IdMapping> gidMappings,
        @Nullable Map<String, TimeOffset> timeOffsets,
        @Nullable List<Device> devices,
        @Nullable Map<String, NetDevice> netDevices,
        @Nullable String cgroupsPath,
        @Nullable LinuxResources resources,
        @Nullable IntelRdt intelRdt,
        @Nullable MemoryPolicy memoryPolicy,
        @Nullable String rootfsPropagation,
        @Nullable Seccomp seccomp,
        @Nullable Map<String, String> sysctl,
        @Nullable List<String> maskedPaths,
        @Nullable List<String> readonlyPaths,
        @Nullable String mountLabel,
        @Nullable Personality personality) {}
