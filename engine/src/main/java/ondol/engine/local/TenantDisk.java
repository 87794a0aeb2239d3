package ondol.engine.local;

import java.util.HashSet;
import java.util.Set;
import ondol.engine.Tenants;
import ondol.engine.Volumes;
import ondol.image.Snapshots;

/** What a tenant's writable layers and volumes take of the disk, counted file by file. */
final class TenantDisk {
    private final Registry registry;
    private final Snapshots snapshots;
    private final Volumes volumes;

    TenantDisk(Registry registry, Snapshots snapshots, Volumes volumes) {
        this.registry = registry;
        this.snapshots = snapshots;
        this.volumes = volumes;
    }

    /** Bytes. */
    long usage(String tenant) {
        long sum = 0;
        Set<String> counted = new HashSet<>();
        for (Container container : registry.all()) {
            if (tenant.equals(container.record().tenant())) {
                sum += layer(container.id());
            }
        }
        for (Volumes.Volume volume : volumes.list()) {
            if (tenant.equals(volume.labels().get(Tenants.LABEL)) && counted.add(volume.name())) {
                sum += volumes.size(volume.name());
            }
        }
        return sum;
    }

    private long layer(String container) {
        try {
            return snapshots.usage(container);
        } catch (RuntimeException e) {
            return 0; // removed meanwhile
        }
    }
}
