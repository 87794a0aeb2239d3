package ondol.image.registry;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.util.List;
import ondol.image.Contents;
import ondol.image.Image;
import ondol.image.ImageException;
import ondol.image.ImageStore;
import ondol.oci.image.Reference;
import org.jspecify.annotations.Nullable;

/**
 * Images from and to registries, for one image store. Every method may be called by any thread; what goes wrong is an
 * {@link ImageException} that names image, layer and cause.
 */
public final class RegistryClient implements AutoCloseable {
    private final ImageStore store;
    private final RegistryOptions options;
    private final Transport transport;
    private final Tokens tokens;
    private final Places places;
    private final LayerPulls layers;

    public RegistryClient(ImageStore store, RegistryOptions options) {
        this.store = store;
        this.options = options;
        this.transport = new Transport(options);
        this.tokens = new Tokens(transport);
        this.places = new Places(options);
        this.layers = new LayerPulls(store, options.downloads());
    }

    /** How registries are reached. */
    public RegistryOptions options() {
        return options;
    }

    /** What stands in the environment for {@code HTTP_PROXY}, {@code HTTPS_PROXY} or {@code NO_PROXY}; empty for nothing. */
    public String proxies(String name) {
        return transport.proxies.variable(name);
    }

    private Session session(Credentials credentials) {
        return new Session(transport, tokens, credentials, options.patience());
    }

    private interface Work<T> {
        T run() throws IOException;
    }

    private <T> T reaching(String domain, Work<T> work) {
        try {
            return work.run();
        } catch (InterruptedIOException e) {
            throw new ImageException(ImageException.Kind.FAILED, "the transfer was given up", e);
        } catch (RefusedException e) {
            throw new ImageException(ImageException.Kind.INVALID, String.valueOf(e.getMessage()), e);
        } catch (IOException e) {
            places.forget(domain);
            throw Session.unreachable(domain, e);
        }
    }

    /**
     * Pulls an image; layers that are here are not fetched again, and those that are half here from where they end.
     *
     * @param name with a tag or a digest; {@code latest} where it has neither
     * @param platform {@code os/architecture[/variant]}; null for this machine's
     */
    public Image pull(Reference name, @Nullable String platform, Credentials credentials, Progress progress) {
        Reference full = name.digest() != null ? name.withDigest(name.digest()) : name.withDefaultTag();
        Session session = session(credentials);
        return reaching(
                full.domain(),
                () -> new Pull(
                                store,
                                new Repository(session, places, full),
                                layers,
                                session,
                                full,
                                platform == null ? null : Platforms.parse(platform),
                                progress)
                        .run());
    }

    /**
     * Pushes a tag; what the registry has is not sent again.
     *
     * @return its manifest as it is there now
     */
    public RemoteManifest push(Reference name, Credentials credentials, Progress progress) {
        Reference full = name.withDefaultTag();
        if (full.digest() != null) {
            throw ImageException.invalid("cannot push a digest reference");
        }
        try (Contents contents = store.contents()) {
            Image image = named(full);
            Session session = session(credentials);
            return reaching(full.domain(), () -> {
                Upload upload = new Upload(session, places.own(full.domain(), session), full);
                return new Push(store, contents, image, upload, full, options.uploads(), progress).run();
            });
        }
    }

    private Image named(Reference full) {
        try {
            return store.resolve(full.toString());
        } catch (ImageException e) {
            if (e.kind() != ImageException.Kind.NOT_FOUND) {
                throw e;
            }
            throw new ImageException(
                    ImageException.Kind.NOT_FOUND,
                    "An image does not exist locally with the tag: " + full.familiarRepository(),
                    e);
        }
    }

    /** All tags of a repository. */
    public List<String> tags(Reference repository, Credentials credentials) {
        return reaching(repository.domain(), () -> new Repository(session(credentials), places, repository).tags());
    }

    /**
     * Repositories whose names have {@code term} in them, where the registry can be searched.
     *
     * @param domain such as {@code docker.io}
     * @param limit how many at most
     * @throws ImageException UNSUPPORTED where it cannot
     */
    public List<Hit> search(String domain, String term, int limit, Credentials credentials) {
        return reaching(domain, () -> new Search(session(credentials), places, domain).run(term, limit));
    }

    /**
     * A repository that was found.
     *
     * @param name as it is pulled by
     * @param stars how many like it
     * @param official whether the registry's own people keep it
     */
    public record Hit(String name, String description, long stars, boolean official) {}

    /** What a name stands for in its registry: the manifest or index as it is there. */
    public RemoteManifest manifest(Reference name, Credentials credentials) {
        Reference full = name.withDefaultTag();
        return reaching(full.domain(), () -> {
            Repository.Found found = new Repository(session(credentials), places, full).manifest(full);
            return new RemoteManifest(found.mediaType(), found.digest(), found.bytes());
        });
    }

    /**
     * A manifest or index of a registry.
     *
     * @param mediaType as the registry says it
     * @param bytes JSON; the caller's
     */
    public record RemoteManifest(String mediaType, ondol.oci.image.Digest digest, byte[] bytes) {}

    /**
     * Asks a registry whether it knows a user.
     *
     * @throws ImageException DENIED where it does not
     */
    public void login(String domain, Credentials credentials) {
        reaching(domain, () -> {
            Session session = session(credentials);
            URI uri = URI.create(places.own(domain, session) + "/v2/");
            HttpResponse<InputStream> response = session.send(Session.Call.get(uri, List.of()));
            if (response.statusCode() == 200) {
                response.body().close();
                return true;
            }
            throw new ImageException(
                    ImageException.Kind.DENIED,
                    "login attempt to %s failed with status: %d (%s)"
                            .formatted(
                                    uri,
                                    response.statusCode(),
                                    Refusal.of(response).words()));
        });
    }

    @Override
    public void close() {
        transport.close();
    }
}
