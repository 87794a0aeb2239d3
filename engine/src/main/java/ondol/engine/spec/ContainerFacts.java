package ondol.engine.spec;

import io.avaje.recordbuilder.RecordBuilder;
import java.util.List;
import java.util.Map;
import ondol.oci.runtime.IdMapping;
import org.jspecify.annotations.Nullable;

/**
 * What the engine found out or decided about one container before it starts.
 *
 * @param id 64 hexadecimal digits
 * @param hostname the name that the container sees; see {@link NamespaceChoice#hostname}
 * @param rootPath of the root filesystem, absolute or relative to the bundle
 * @param cgroupsPath of the container's cgroup
 * @param resolvConf path of the host that is bound to {@code /etc/resolv.conf}; null for none
 * @param hostnameFile path of the host that is bound to {@code /etc/hostname}; null for none
 * @param hosts path of the host that is bound to {@code /etc/hosts}; null for none
 * @param mountPoints from {@link MountPoints#of}, with a source for every volume
 * @param pids processes of other containers, by the ID as the modes {@code container:ID} name it
 * @param uidMappings of a user namespace for this container; empty for none
 * @param gidMappings as uidMappings
 */
@RecordBuilder
public record ContainerFacts(
        String id,
        String hostname,
        ResolvedUser user,
        String rootPath,
        String cgroupsPath,
        @Nullable String resolvConf,
        @Nullable String hostnameFile,
        @Nullable String hosts,
        List<MountPoint> mountPoints,
        Map<String, Integer> pids,
        List<IdMapping> uidMappings,
        List<IdMapping> gidMappings) {}
