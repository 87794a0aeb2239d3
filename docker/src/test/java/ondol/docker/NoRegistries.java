package ondol.docker;

import java.util.List;
import java.util.Map;
import ondol.engine.EngineException;
import ondol.engine.Registries;
import ondol.engine.RegistryAuth;
import ondol.engine.TransferProgress;
import org.jspecify.annotations.Nullable;

/** A registry that has nothing and lets one user in. */
final class NoRegistries implements Registries {
    @Override
    public String pull(String reference, @Nullable String platform, RegistryAuth auth, TransferProgress progress) {
        if (reference.startsWith("broken")) {
            progress.status("latest", "Pulling from " + reference);
            throw new EngineException(EngineException.Kind.FAILED, "the registry broke");
        }
        throw EngineException.notFound("manifest for " + reference + " not found: manifest unknown: manifest unknown");
    }

    @Override
    public List<String> tags(String repository, RegistryAuth auth) {
        return List.of();
    }

    @Override
    public Manifest push(String reference, RegistryAuth auth, TransferProgress progress) {
        throw EngineException.notFound("An image does not exist locally with the tag: " + reference);
    }

    @Override
    public void login(RegistryAuth auth) {
        if (!auth.username().equals("me") || !auth.password().equals("secret")) {
            throw new EngineException(EngineException.Kind.DENIED, "unauthorized: incorrect username or password");
        }
    }

    @Override
    public List<Hit> search(String term, int limit, RegistryAuth auth) {
        return List.of(new Hit("house", "a house", 7, true), new Hit("me/house", "mine", 0, false));
    }

    @Override
    public Reaching reaching() {
        return new Reaching(
                Map.of("docker.io", List.of("https://mirror.example")),
                List.of("plain.example:5000", "10.0.0.0/8"),
                "",
                "",
                "");
    }

    @Override
    public Manifest manifest(String reference, RegistryAuth auth) {
        throw EngineException.notFound("manifest for " + reference + " not found: manifest unknown: manifest unknown");
    }
}
