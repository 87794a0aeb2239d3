package ondol.engine.local;

import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import ondol.engine.EngineException;
import ondol.engine.Registries;
import ondol.engine.RegistryAuth;
import ondol.engine.TransferProgress;
import ondol.image.Image;
import ondol.image.registry.Credentials;
import ondol.image.registry.Progress;
import ondol.image.registry.RegistryClient;
import ondol.oci.image.Reference;
import org.jspecify.annotations.Nullable;

/** The registry client in the engine's words. */
final class LocalRegistries implements Registries {
    private static final String HUB = "docker.io";
    private static final int MOST_HITS = 100;

    private final RegistryClient client;
    private final EventLog events;

    LocalRegistries(RegistryClient client, EventLog events) {
        this.client = client;
        this.events = events;
    }

    @Override
    public Reaching reaching() {
        Map<String, List<String>> mirrors = new LinkedHashMap<>();
        client.options()
                .mirrors()
                .forEach((registry, urls) ->
                        mirrors.put(registry, urls.stream().map(URI::toString).toList()));
        return new Reaching(
                mirrors, client.options().insecure(), proxy("HTTP_PROXY"), proxy("HTTPS_PROXY"), proxy("NO_PROXY"));
    }

    /** As Docker shows it: a user and a password are not for everybody. */
    private String proxy(String name) {
        return client.proxies(name).replaceFirst("^([a-zA-Z]+://)?[^/@]*@", "$1xxxxx:xxxxx@");
    }

    private static Credentials credentials(RegistryAuth auth) {
        return new Credentials(auth.username(), auth.password(), auth.identityToken(), auth.registryToken());
    }

    private static Progress progress(TransferProgress progress) {
        return new Progress() {
            @Override
            public void status(String id, String status) {
                progress.status(id, status);
            }

            @Override
            public void bytes(String id, String status, long current, long total) {
                progress.bytes(id, status, current, total);
            }

            @Override
            public boolean cancelled() {
                return progress.cancelled();
            }
        };
    }

    @Override
    public String pull(String reference, @Nullable String platform, RegistryAuth auth, TransferProgress progress) {
        return LocalImages.translate(() -> {
            Reference name = named(reference);
            Image image = client.pull(name, platform, credentials(auth), progress(progress));
            events.publish(
                    "image", "pull", name.withDefaultTag().familiar(), Map.of("name", name.familiarRepository()));
            return image.id().toString();
        });
    }

    private static Reference named(String reference) {
        Reference name = Reference.parse(reference);
        if (name.repository().equals("docker.io/library/host")) {
            throw new EngineException(
                    EngineException.Kind.INVALID, "the image host is this machine itself and in no registry");
        }
        return name;
    }

    @Override
    public List<String> tags(String repository, RegistryAuth auth) {
        return LocalImages.translate(() -> client.tags(Reference.parse(repository), credentials(auth)));
    }

    @Override
    public Manifest push(String reference, RegistryAuth auth, TransferProgress progress) {
        return LocalImages.translate(() -> {
            Reference name = Reference.parse(reference).withDefaultTag();
            Manifest pushed = manifest(client.push(name, credentials(auth), progress(progress)));
            events.publish("image", "push", name.familiar(), Map.of("name", name.familiarRepository()));
            return pushed;
        });
    }

    @Override
    public void login(RegistryAuth auth) {
        LocalImages.translate(() -> {
            client.login(domain(auth.serverAddress()), credentials(auth));
            return true;
        });
    }

    /** The registry of an address such as {@code https://index.docker.io/v1/}. */
    private static String domain(String address) {
        String rest = address.replaceFirst("^https?://", "");
        int slash = rest.indexOf('/');
        String host = slash < 0 ? rest : rest.substring(0, slash);
        if (!host.matches("[A-Za-z0-9.-]+(:[0-9]+)?|\\[[0-9a-fA-F:]+](:[0-9]+)?|")) {
            throw EngineException.invalid("this is no registry: " + address);
        }
        return host.isEmpty() || host.equals("index.docker.io") ? HUB : host;
    }

    @Override
    public List<Hit> search(String term, int limit, RegistryAuth auth) {
        if (limit < 1 || limit > MOST_HITS) {
            throw EngineException.invalid("limit %d is outside the range of [1, %d]".formatted(limit, MOST_HITS));
        }
        int slash = term.indexOf('/');
        String first = slash < 0 ? "" : term.substring(0, slash);
        boolean named = first.contains(".") || first.contains(":") || first.equals("localhost");
        String domain = named ? domain(first) : HUB;
        String rest = named ? term.substring(slash + 1) : term;
        return LocalImages.translate(() -> client.search(domain, rest, limit, credentials(auth)).stream()
                .map(hit -> new Hit(hit.name(), hit.description(), hit.stars(), hit.official()))
                .toList());
    }

    @Override
    public Manifest manifest(String reference, RegistryAuth auth) {
        return LocalImages.translate(() -> manifest(client.manifest(Reference.parse(reference), credentials(auth))));
    }

    private static Manifest manifest(RegistryClient.RemoteManifest found) {
        return new Manifest(found.mediaType(), found.digest().toString(), found.bytes());
    }
}
