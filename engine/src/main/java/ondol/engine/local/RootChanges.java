package ondol.engine.local;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import ondol.engine.Containers.Change;
import ondol.engine.spec.MountPoint;
import ondol.image.Changes;
import ondol.image.Snapshot;

/** What a container has changed in its root, without what the engine itself made there. */
final class RootChanges {
    private RootChanges() {}

    /** Sorted by path. */
    static List<Change> of(House house, Container container) {
        Snapshot snapshot = house.snapshots().open(container.id());
        Set<String> own = mountpoints(container);
        List<Change> changes = new ArrayList<>();
        for (ondol.image.Change change : LocalImages.translate(() -> Changes.of(snapshot))) {
            if (!own.contains(change.path())) {
                changes.add(new Change(Change.Kind.valueOf(change.kind().name()), change.path()));
            }
        }
        return withoutIdleParents(changes);
    }

    /** Places that the engine made to mount on: they are no changes of the container's. */
    private static Set<String> mountpoints(Container container) {
        Set<String> own = new HashSet<>(List.of(
                "/proc",
                "/sys",
                "/dev",
                "/dev/pts",
                "/dev/shm",
                "/dev/mqueue",
                "/dev/console",
                "/dev/null",
                "/dev/zero",
                "/dev/full",
                "/dev/random",
                "/dev/urandom",
                "/dev/tty",
                "/etc/hosts",
                "/etc/hostname",
                "/etc/resolv.conf",
                "/sbin/docker-init"));
        for (MountPoint mount : container.record().mounts()) {
            own.add(mount.destination());
        }
        return own;
    }

    /** A folder that is listed only because something below it changed goes with that. */
    private static List<Change> withoutIdleParents(List<Change> changes) {
        List<Change> kept = new ArrayList<>();
        for (Change change : changes) {
            boolean parent = change.kind() == Change.Kind.MODIFIED
                    && Set.of("/etc", "/sbin").contains(change.path())
                    && changes.stream().noneMatch(other -> other.path().startsWith(change.path() + "/"));
            if (!parent) {
                kept.add(change);
            }
        }
        return kept;
    }
}
