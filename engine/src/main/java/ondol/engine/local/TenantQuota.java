package ondol.engine.local;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import ondol.engine.EngineException;
import ondol.linux.KernelException;
import ondol.linux.disk.ProjectQuota;
import ondol.linux.disk.SizedFolder;
import org.jspecify.annotations.Nullable;

/**
 * A tenant's disk as a project of the filesystem, where it has those: the tenant's own folder, the writable layers of its
 * containers and its volumes belong to it from their making, so that a limit holds whenever it is given. The kernel keeps
 * the project's number, at the tenant's folder.
 */
final class TenantQuota {
    private static final System.Logger LOG = System.getLogger(TenantQuota.class.getName());

    private final Path folder;
    private final boolean here;

    /** @param folder of the tenants */
    TenantQuota(Path folder) {
        this.folder = folder;
        this.here = ProjectQuota.isHere(folder);
    }

    /** Whether a limit holds while containers run. */
    boolean holds() {
        return here;
    }

    /**
     * Limits a tenant, whose folder is there.
     *
     * @param bytes null for no limit
     */
    void limit(String tenant, @Nullable Long bytes) {
        if (!here) {
            return;
        }
        try {
            ProjectQuota.change(folder, project(tenant), bytes == null ? 0 : bytes);
        } catch (IOException | KernelException e) {
            throw new EngineException(
                    EngineException.Kind.UNSUPPORTED, "disk: the quota cannot be set: " + e.getMessage(), e);
        }
    }

    private int project(String tenant) throws IOException {
        return SizedFolder.project(folder.resolve(tenant), folder);
    }

    /** Counts folders to a tenant that are new and empty. */
    void owns(String tenant, Path... folders) {
        if (!here) {
            return;
        }
        try {
            for (Path one : folders) {
                ProjectQuota.assign(one, project(tenant));
            }
        } catch (IOException | KernelException e) {
            LOG.log(Level.WARNING, "what tenant {0} has is not all limited: {1}", tenant, e.getMessage());
        }
    }

    /** A tenant is about to be no more. */
    void forget(String tenant) {
        int project = here ? ProjectQuota.projectOf(folder.resolve(tenant)) : 0;
        if (project != 0) {
            ProjectQuota.release(folder, project);
        }
    }
}
