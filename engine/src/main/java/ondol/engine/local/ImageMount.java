package ondol.engine.local;

import java.util.List;
import java.util.Objects;
import ondol.engine.EngineException;
import ondol.engine.spec.MountPoint;
import ondol.engine.spec.MountPointBuilder;
import ondol.image.Image;
import ondol.image.ImageException;
import ondol.image.Layer;
import ondol.image.RootFile;
import ondol.image.RootView;
import ondol.image.Snapshot;
import ondol.runtime.RootFilesystem;
import org.jspecify.annotations.Nullable;

/**
 * Images that containers see at one of their paths ({@code --mount type=image}): each with a writable layer of its own, which
 * goes with the container and keeps the image's layers until then.
 */
final class ImageMount {
    private static final String MARK = "m";

    private final House house;

    ImageMount(House house) {
        this.house = house;
    }

    /** The name of such a layer: the container's id, and which of its mounts it is for. */
    static String snapshot(String container, int index) {
        return container + MARK + index;
    }

    /** The container that a layer belongs to, be it this one's or its own. */
    static String owner(String snapshot) {
        return snapshot.replaceFirst(MARK + "[0-9]+$", "");
    }

    MountPoint make(String id, MountPoint mount, Undo undo) {
        String name = Objects.requireNonNull(mount.source());
        Image image = find(name);
        if (image.layers().stream().anyMatch(Layer::host)) {
            throw EngineException.invalid(
                    "the image %s is the machine's own files: mount them with type=bind".formatted(name));
        }
        undo.add(() -> house.snapshots().remove(id));
        Snapshot made = Objects.requireNonNull(
                LocalImages.translate(() -> house.snapshots().create(id, image)));
        check(made, mount.subpath());
        RootFilesystem.Overlay overlay = new RootFilesystem.Overlay(
                made.layers().folder(), made.layers().lowers(), false, made.upper(), made.work(), false);
        return MountPointBuilder.builder(mount)
                .layers(made.layers().folder().toString())
                .overlay(overlay.options())
                .build();
    }

    private Image find(String name) {
        try {
            return house.images().resolve(name);
        } catch (ImageException e) {
            // not NOT_FOUND: clients would pull the container's image then
            throw new EngineException(
                    EngineException.Kind.INVALID,
                    "invalid mount config for type \"image\": %s: pull it first".formatted(e.getMessage()),
                    e);
        }
    }

    private static void check(Snapshot made, @Nullable String subpath) {
        if (subpath == null) {
            return;
        }
        try (RootView view = RootView.open(made);
                RootFile file = RootFile.find(view.root(), subpath)) {
            if (file == null || !file.stat().isFolder()) {
                throw EngineException.invalid(
                        "cannot access image subpath '%s': there is no such folder".formatted(subpath));
            }
        }
    }

    /** Removes the layers of a container's mounts. */
    static void remove(House house, String container, List<MountPoint> mounts) {
        for (int i = 0; i < mounts.size(); i++) {
            if (mounts.get(i).overlay() != null) {
                house.snapshots().remove(snapshot(container, i));
            }
        }
    }
}
