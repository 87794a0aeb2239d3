package ondol.engine.local;

import io.avaje.jsonb.Json;
import io.avaje.recordbuilder.RecordBuilder;
import java.util.List;
import java.util.Map;
import ondol.engine.ContainerConfig;
import ondol.engine.ContainerDetails;
import ondol.engine.EndpointSettings;
import ondol.engine.Health;
import ondol.engine.HostConfig;
import ondol.engine.networks.PublishedPort;
import ondol.engine.spec.MountPoint;
import org.jspecify.annotations.Nullable;

/**
 * A container as its file {@code container.json} keeps it. Times are nanoseconds since 1970; 0 is "not yet".
 *
 * @param boot the machine's boot id while it runs: after a restart of the machine nothing runs
 * @param asked whether a user asked it to run ({@code unless-stopped} looks at it)
 * @param mounts what it sees of outside, with a place for each volume
 * @param anonymous names of volumes that were made for it alone
 * @param tenant whose it is; null for nobody's
 * @param health null where it is not checked, or was never started
 * @param firstId what user 0 of its user namespace is on the machine; null without one
 * @param endpoints its places in networks, by the network's name, that of its network mode first
 * @param lostOutput bytes of the present or last run that could not be written to the log
 * @param published the ports of the machine that lead to it while it runs
 */
@Json
@RecordBuilder
public record ContainerRecord(
        String id,
        String name,
        long created,
        String imageId,
        String imageName,
        String path,
        List<String> args,
        ContainerConfig config,
        HostConfig host,
        ContainerDetails.Status status,
        boolean oomKilled,
        int pid,
        int exitCode,
        String error,
        long started,
        long finished,
        int restarts,
        boolean asked,
        @Nullable String boot,
        List<MountPoint> mounts,
        List<String> anonymous,
        @Nullable Health health,
        @Nullable Long firstId,
        @Nullable String tenant,
        Map<String, EndpointSettings> endpoints,
        long lostOutput,
        List<PublishedPort> published) {

    public ContainerRecord {
        published = published == null ? List.of() : published;
        endpoints = endpoints == null ? Map.of() : endpoints; // as records were before there were networks
    }

    /** A builder with this record's values. */
    ContainerRecordBuilder change() {
        return ContainerRecordBuilder.builder(this);
    }
}
