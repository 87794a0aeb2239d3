package ondol.engine.view;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import ondol.engine.EngineException;
import ondol.engine.Tenants;
import ondol.engine.Volumes;
import org.jspecify.annotations.Nullable;

/** The volumes of one tenant. */
final class OwnVolumes implements Volumes {
    private final Volumes volumes;
    private final String tenant;

    OwnVolumes(Volumes volumes, String tenant) {
        this.volumes = volumes;
        this.tenant = tenant;
    }

    private boolean isOwn(Volume volume) {
        return tenant.equals(volume.labels().get(Tenants.LABEL));
    }

    /** Makes a volume the tenant's where it is nobody's yet, as a container with {@code -v NAME:/path} would. */
    void claim(String name) {
        create(name, Map.of(), Map.of());
    }

    @Override
    public Volume create(@Nullable String name, Map<String, String> labels, Map<String, String> options) {
        if (!options.isEmpty()) {
            throw TenantView.denied("a volume with options"); // they mount what the machine has
        }
        Map<String, String> own = new TreeMap<>(labels);
        own.put(Tenants.LABEL, tenant);
        Volume volume = volumes.create(name, own, options);
        if (!isOwn(volume)) {
            throw EngineException.conflict("the name of volume %s is in use: choose another".formatted(name));
        }
        return volume;
    }

    @Override
    public List<Volume> list() {
        return volumes.list().stream().filter(this::isOwn).toList();
    }

    @Override
    public Volume inspect(String name) {
        Volume volume = volumes.inspect(name);
        if (!isOwn(volume)) {
            throw EngineException.notFound("get %s: no such volume".formatted(name));
        }
        return volume;
    }

    @Override
    public long size(String name) {
        return volumes.size(inspect(name).name());
    }

    @Override
    public void remove(String name, boolean force) {
        try {
            inspect(name);
        } catch (EngineException e) {
            if (force && e.kind() == EngineException.Kind.NOT_FOUND) {
                return;
            }
            throw e;
        }
        volumes.remove(name, force);
    }
}
