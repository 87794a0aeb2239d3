package ondol.engine.local;

import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import ondol.image.RootLayers;
import ondol.image.Snapshot;
import ondol.linux.keeper.Minder;

/** Where a container's root lies on this machine. */
final class RootFolders {
    private RootFolders() {}

    /** In the words of Docker's overlay2. */
    static Map<String, String> of(House house, Container container) {
        Snapshot snapshot = Objects.requireNonNull(
                LocalImages.translate(() -> house.snapshots().open(container.id())));
        RootLayers layers = snapshot.layers();
        String lower = layers.lowers().stream()
                .map(name -> name.equals(RootLayers.BASE)
                        ? "/"
                        : layers.folder().resolve(name).toString())
                .collect(Collectors.joining(":"));
        Map<String, String> folders = new TreeMap<>();
        folders.put("LowerDir", lower);
        folders.put("UpperDir", snapshot.upper().toString());
        folders.put("WorkDir", snapshot.work().toString());
        Minder minder = container.minder();
        if (minder != null) {
            // it is mounted in the container and nowhere else
            folders.put("MergedDir", "/proc/%d/root".formatted(minder.pid()));
        }
        return folders;
    }
}
