package ondol.engine.local;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import ondol.engine.ContainerDetails.Status;
import ondol.engine.HostConfig;
import ondol.engine.spec.ResolvedUser;
import ondol.image.ImageStore;
import ondol.image.RootView;
import ondol.image.Snapshots;
import ondol.image.UserDatabase;
import ondol.linux.Descriptor;
import ondol.linux.Files;
import org.jspecify.annotations.Nullable;

/**
 * Whom a process runs as, by the container's own {@code /etc/passwd} and {@code /etc/group}. A container that never ran
 * has its image's, which never change: they are read once.
 */
final class Users {
    private static final int KEPT = 1000;

    private final ImageStore images;
    private final Snapshots snapshots;
    private final Map<String, UserDatabase> ofImages = new ConcurrentHashMap<>();

    Users(ImageStore images, Snapshots snapshots) {
        this.images = images;
        this.snapshots = snapshots;
    }

    ResolvedUser ofContainer(ContainerRecord record) {
        return resolve(database(record), record.config().user(), record.host());
    }

    private UserDatabase database(ContainerRecord record) {
        if (record.status() == Status.RUNNING || record.status() == Status.PAUSED) {
            try (Descriptor root = Files.open("/proc/" + record.pid() + "/root", Files.O_PATH | Files.O_DIRECTORY)) {
                return UserDatabase.read(root);
            }
        }
        if (record.started() != 0) {
            try (RootView view = RootView.open(snapshots.open(record.id()))) {
                return UserDatabase.read(view.root());
            }
        }
        if (ofImages.size() > KEPT) {
            ofImages.clear();
        }
        return ofImages.computeIfAbsent(record.imageId(), id -> {
            try (RootView view = images.view(images.resolve(id))) {
                return UserDatabase.read(view.root());
            }
        });
    }

    /** Of a process in a running container: by the files that its other processes see. */
    ResolvedUser inRunning(int pid, @Nullable String user, HostConfig host) {
        try (Descriptor root = Files.open("/proc/" + pid + "/root", Files.O_PATH | Files.O_DIRECTORY)) {
            return resolve(UserDatabase.read(root), user, host);
        }
    }

    private static ResolvedUser resolve(UserDatabase database, @Nullable String user, HostConfig host) {
        Supplier<UserDatabase.Identity> find =
                () -> database.find(user, host.groupAdd() == null ? List.of() : host.groupAdd());
        UserDatabase.Identity identity = LocalImages.translate(find);
        List<Long> groups = new ArrayList<>();
        identity.groups().forEach(group -> groups.add((long) group));
        return new ResolvedUser(identity.uid(), identity.gid(), groups, identity.home());
    }
}
