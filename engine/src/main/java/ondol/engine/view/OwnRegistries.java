package ondol.engine.view;

import java.util.List;
import ondol.engine.Engine;
import ondol.engine.EngineException;
import ondol.engine.Registries;
import ondol.engine.RegistryAuth;
import ondol.engine.TransferProgress;
import ondol.oci.image.Reference;
import org.jspecify.annotations.Nullable;

/** Registries for one tenant: what is pulled gets a name of the tenant's own, by way of its digest. */
final class OwnRegistries implements Registries {
    private final Engine engine;
    private final OwnImages images;

    OwnRegistries(Engine engine, OwnImages images) {
        this.engine = engine;
        this.images = images;
    }

    @Override
    public String pull(String reference, @Nullable String platform, RegistryAuth auth, TransferProgress progress) {
        String internal = images.internal(reference);
        Manifest found = engine.registries().manifest(reference, auth);
        String repository = Reference.parse(reference).repository();
        String id = engine.registries().pull(repository + "@" + found.digest(), platform, auth, progress);
        engine.images().tag(id, internal);
        return id;
    }

    @Override
    public List<String> tags(String repository, RegistryAuth auth) {
        return engine.registries().tags(repository, auth);
    }

    @Override
    public Manifest push(String reference, RegistryAuth auth, TransferProgress progress) {
        throw new EngineException(
                EngineException.Kind.UNSUPPORTED,
                "a tenant's users cannot push: save the image, and push it with a tool of your own");
    }

    @Override
    public List<Hit> search(String term, int limit, RegistryAuth auth) {
        return engine.registries().search(term, limit, auth);
    }

    @Override
    public Reaching reaching() {
        return engine.registries().reaching();
    }

    @Override
    public void login(RegistryAuth auth) {
        engine.registries().login(auth);
    }

    @Override
    public Manifest manifest(String reference, RegistryAuth auth) {
        return engine.registries().manifest(reference, auth);
    }
}
