package ondol.engine.local;

import java.io.InputStream;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import ondol.engine.BuildOptions;
import ondol.engine.BuildProgress;
import ondol.engine.Builds;
import ondol.engine.Containers;
import ondol.engine.EngineException;
import ondol.engine.HostConfigBuilder;
import ondol.engine.Images;
import ondol.engine.Registries;
import ondol.engine.build.Build;
import ondol.engine.build.BuildCache;
import ondol.engine.build.Tools;
import ondol.image.Image;
import ondol.oci.image.Reference;
import org.jspecify.annotations.Nullable;

/** Builds on this engine's images and containers. */
final class LocalBuilds implements Builds {
    private static final System.Logger LOG = System.getLogger(LocalBuilds.class.getName());

    private final House house;
    private final Containers containers;
    private final Images images;
    private final Tools tools;

    LocalBuilds(House house, Containers containers, Images images, Registries registries) {
        this.house = house;
        this.containers = containers;
        this.images = images;
        BuildCache cache = new BuildCache(house.folders().data().resolve("build"), house.images());
        this.tools = new Tools(house.images(), house.snapshots(), containers, registries, cache, this::keep);
    }

    @Override
    public String build(BuildOptions options, @Nullable InputStream context, BuildProgress progress) {
        return LocalImages.translate(() -> {
            List<Reference> names = options.tags().stream()
                    .map(tag -> Reference.parse(tag).withDefaultTag())
                    .toList();
            Image image = Build.run(tools, options, context, progress);
            String id = image.id().toString();
            progress.text("Successfully built %s\n".formatted(image.id().brief()));
            for (Reference name : names) {
                images.tag(id, name.familiar());
                progress.text("Successfully tagged %s\n".formatted(name.familiar()));
            }
            return id;
        });
    }

    /** It is the user's now. */
    private void keep(String id) {
        Container container = house.registry().get(id);
        container.enter();
        try {
            container.save(record -> {
                Map<String, String> annotations = new TreeMap<>(
                        record.host().annotations() == null
                                ? Map.of()
                                : record.host().annotations());
                annotations.remove(Build.ANNOTATION);
                return record.change()
                        .host(HostConfigBuilder.builder(record.host())
                                .annotations(annotations)
                                .build())
                        .build();
            });
        } finally {
            container.leave();
        }
    }

    /** Ends what an earlier engine was building when it was killed: nobody waits for it any more. */
    void recover() {
        for (Container container : house.registry().all()) {
            Map<String, String> annotations = container.record().host().annotations();
            if (annotations != null && annotations.containsKey(Build.ANNOTATION)) {
                house.later(() -> remove(container.id()));
            }
        }
        house.later(() -> tools.cache().tidy());
    }

    private void remove(String id) {
        try {
            containers.remove(id, true, true);
        } catch (EngineException e) {
            LOG.log(System.Logger.Level.WARNING, "container {0} of a build is left: {1}", id, e.getMessage());
        }
    }

    @Override
    public long prune() {
        long before = images.layersSize();
        Set<String> known = new HashSet<>(tools.cache().clear());
        boolean removed = true;
        while (removed) { // the highest first: what one stands on may go after it
            removed = false;
            Set<String> parents = new HashSet<>();
            house.images().list().forEach(image -> parents.add(String.valueOf(image.parent())));
            for (Image image : house.images().list()) {
                String id = image.id().toString();
                if (known.contains(id) && image.names().isEmpty() && !parents.contains(id)) {
                    known.remove(id);
                    removed |= removedImage(id);
                }
            }
        }
        return Math.max(0, before - images.layersSize());
    }

    private boolean removedImage(String id) {
        try {
            images.remove(id, false, true);
            return true;
        } catch (EngineException e) {
            return false; // a container uses it
        }
    }
}
