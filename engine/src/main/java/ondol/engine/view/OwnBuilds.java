package ondol.engine.view;

import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import ondol.engine.BuildOptions;
import ondol.engine.BuildOptionsBuilder;
import ondol.engine.BuildOwner;
import ondol.engine.BuildProgress;
import ondol.engine.Builds;
import ondol.engine.Engine;
import ondol.engine.EngineException;
import ondol.engine.RegistryAuth;
import ondol.engine.TransferProgress;
import org.jspecify.annotations.Nullable;

/**
 * Builds for one tenant: they begin with the tenant's images, run in its containers and within its limits, and end in images
 * with names of its own. The images between the steps have no names, and so are nobody's.
 */
final class OwnBuilds implements Builds {
    private final Engine engine;
    private final OwnContainers containers;
    private final OwnImages images;
    private final String tenant;

    OwnBuilds(Engine engine, OwnContainers containers, OwnImages images, String tenant) {
        this.engine = engine;
        this.containers = containers;
        this.images = images;
        this.tenant = tenant;
    }

    @Override
    public String build(BuildOptions options, @Nullable InputStream context, BuildProgress progress) {
        if (options.tags().isEmpty()) {
            throw EngineException.invalid(
                    "build: give the image a name (-t): a tenant's images are found by their names");
        }
        List<String> names = new ArrayList<>();
        options.tags().forEach(tag -> names.add(images.internal(tag)));
        BuildOptions own = BuildOptionsBuilder.builder(options)
                .tags(List.of())
                .host(options.host() == null ? null : containers.allowed(options.host()))
                .owner(new Owner(new OwnRegistries(engine, images), images, tenant))
                .build();
        String id = engine.builds().build(own, context, progress);
        for (String name : names) {
            engine.images().tag(id, name);
            progress.text("Successfully tagged %s\n".formatted(images.shown(name)));
        }
        return id;
    }

    /** What builds see of the tenant. */
    private record Owner(OwnRegistries registries, OwnImages images, String tenant) implements BuildOwner {
        @Override
        public Optional<String> find(String image) {
            try {
                return Optional.of(images.own(image));
            } catch (EngineException e) {
                if (e.kind() == EngineException.Kind.NOT_FOUND) {
                    return Optional.empty();
                }
                throw e;
            }
        }

        @Override
        public void pull(String reference, @Nullable String platform, RegistryAuth auth, TransferProgress progress) {
            registries.pull(reference, platform, auth, progress);
        }
    }

    @Override
    public long prune() {
        return 0; // what is between the steps is nobody's
    }
}
