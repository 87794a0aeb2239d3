package ondol.docker;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import ondol.docker.json.ImageJson;
import ondol.engine.ContainerDetails;
import ondol.engine.Engine;
import ondol.engine.Images.ImageDetails;
import org.jspecify.annotations.Nullable;

/** The lines of lists of images. What takes counting is counted once for all of them, and only where it is asked for. */
final class ImageSummaries {
    private static final String MANIFEST = "application/vnd.oci.image.manifest.v1+json";

    private final boolean withVirtualSize;
    private final boolean withNone;
    private final boolean withManifests;
    private final @Nullable Map<String, Long> shared;
    private final @Nullable Map<String, List<String>> users;

    ImageSummaries(Engine engine, ApiVersion version, boolean sharedSizes, boolean containers, boolean manifests) {
        this.withVirtualSize = !version.atLeast(44);
        this.withNone = !version.atLeast(43);
        this.withManifests = manifests;
        this.shared = sharedSizes ? engine.images().sharedSizes() : null;
        this.users = containers || manifests ? users(engine) : null;
    }

    private static Map<String, List<String>> users(Engine engine) {
        Map<String, List<String>> users = new HashMap<>();
        for (ContainerDetails container : engine.containers().list()) {
            users.computeIfAbsent(container.imageId(), _ -> new java.util.ArrayList<>())
                    .add(container.id());
        }
        return users;
    }

    ImageJson.Summary of(ImageDetails image) {
        List<String> containers = users == null ? List.of() : users.getOrDefault(image.id(), List.of());
        boolean none = withNone && image.names().isEmpty() && image.digests().isEmpty();
        return new ImageJson.Summary(
                image.id(),
                image.parent() == null ? "" : image.parent(),
                none ? List.of("<none>:<none>") : image.names(),
                none ? List.of("<none>@<none>") : image.digests(),
                image.created().getEpochSecond(),
                image.size(),
                shared == null ? -1 : shared.getOrDefault(image.id(), 0L),
                withVirtualSize ? image.size() : null,
                image.config().labels(),
                users == null ? -1 : containers.size(),
                withManifests ? List.of(manifest(image, containers)) : null);
    }

    private static ImageJson.ManifestSummary manifest(ImageDetails image, List<String> containers) {
        return new ImageJson.ManifestSummary(
                image.id(),
                new ImageJson.ManifestDescriptor(MANIFEST, image.id(), 0),
                true,
                "image",
                new ImageJson.ManifestSize(image.size(), 0),
                new ImageJson.ImageData(
                        new ImageJson.Platform(image.architecture(), image.os(), image.variant()),
                        containers,
                        new ImageJson.Unpacked(image.size())));
    }
}
