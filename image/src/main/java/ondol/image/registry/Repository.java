package ondol.image.registry;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import ondol.image.ImageException;
import ondol.oci.image.Descriptor;
import ondol.oci.image.Digest;
import ondol.oci.image.ImageJson;
import ondol.oci.image.MediaTypes;
import ondol.oci.image.Reference;
import org.jspecify.annotations.Nullable;

/** One repository of a registry, read: at its mirrors first, then at the registry itself. */
final class Repository {
    static final String SCHEMA_1 = "application/vnd.docker.distribution.manifest.v1+json";
    static final String SCHEMA_1_SIGNED = "application/vnd.docker.distribution.manifest.v1+prettyjws";
    private static final int LARGEST_MANIFEST = 4 << 20;
    private static final int LARGEST_TAGS = 8 << 20;
    private static final int MOST_PAGES = 1000;
    private static final Pattern RANGE = Pattern.compile("bytes (\\d{1,18})-\\d{1,18}/(\\d{1,18}|\\*)");
    private static final Pattern NEXT = Pattern.compile("<([^>]+)>\\s*;\\s*rel=\"?next\"?");
    private static final String[] ACCEPT = {
        "Accept",
        String.join(
                ", ",
                MediaTypes.INDEX,
                MediaTypes.MANIFEST,
                MediaTypes.DOCKER_LIST,
                MediaTypes.DOCKER_MANIFEST,
                SCHEMA_1_SIGNED + ";q=0.1",
                SCHEMA_1 + ";q=0.1")
    };

    private final Session session;
    private final Places places;
    private final Reference name;
    private final List<String> scopes;
    private final Map<URI, Boolean> bad = new ConcurrentHashMap<>();

    Repository(Session session, Places places, Reference name) {
        this.session = session;
        this.places = places;
        this.name = name;
        this.scopes = List.of("repository:" + name.path() + ":pull");
    }

    /** A manifest or index as it came. */
    record Found(String mediaType, byte[] bytes, Digest digest) {}

    private interface Asking<T> {
        T at(URI base) throws IOException;
    }

    /** Asks each place in turn; what the last one says counts. */
    private <T> T anywhere(Asking<T> asking) throws IOException {
        List<URI> all = places.of(name.domain(), session);
        for (int i = 0; ; i++) {
            URI base = all.get(i);
            boolean last = i == all.size() - 1;
            if (!last && bad.containsKey(base)) {
                continue;
            }
            try {
                return asking.at(base);
            } catch (IOException | ImageException e) {
                if (last || Thread.currentThread().isInterrupted()) {
                    throw e;
                }
                bad.put(base, true);
            }
        }
    }

    private URI uri(URI base, String rest) {
        return URI.create(base + "/v2/" + name.path() + "/" + rest);
    }

    /** The digest that a tag stands for now, where the registry says it. */
    Optional<Digest> digest(Reference image) throws IOException {
        String tag = tag(image);
        return anywhere(base -> {
            HttpResponse<InputStream> response =
                    session.send(Session.Call.head(uri(base, "manifests/" + tag), scopes, ACCEPT));
            response.body().close();
            String digest =
                    response.headers().firstValue("Docker-Content-Digest").orElse("");
            try {
                return response.statusCode() == 200 && !digest.isEmpty()
                        ? Optional.of(Digest.parse(digest))
                        : Optional.empty();
            } catch (IllegalArgumentException e) {
                return Optional.empty();
            }
        });
    }

    private static String tag(Reference image) {
        return image.digest() != null ? image.digest().toString() : String.valueOf(image.tag());
    }

    /** A manifest or index by tag or digest. */
    Found manifest(Reference image) throws IOException {
        String tag = tag(image);
        return anywhere(base -> {
            HttpResponse<InputStream> response =
                    session.send(Session.Call.get(uri(base, "manifests/" + tag), scopes, ACCEPT));
            if (response.statusCode() != 200) {
                throw Refusal.of(response).ofManifest(image);
            }
            return check(image, response);
        });
    }

    private Found check(Reference image, HttpResponse<InputStream> response) throws IOException {
        byte[] bytes;
        try (InputStream body = response.body()) {
            bytes = body.readNBytes(LARGEST_MANIFEST + 1);
        }
        if (bytes.length > LARGEST_MANIFEST) {
            throw ImageException.invalid(
                    "the manifest for %s has more than %d bytes".formatted(image.familiar(), LARGEST_MANIFEST));
        }
        Digest digest = Digest.of(bytes);
        String said = image.digest() != null
                ? image.digest().toString()
                : response.headers().firstValue("Docker-Content-Digest").orElse("");
        boolean strong = said.startsWith("sha256:");
        if (image.digest() != null && !strong) {
            throw new ImageException(
                    ImageException.Kind.UNSUPPORTED, "manifests named by %s are not supported".formatted(said));
        }
        if (strong && !said.equals(digest.toString())) {
            throw ImageException.invalid("manifest verification failed for %s: the registry sent the bytes of %s for %s"
                    .formatted(image.familiar(), digest, ondol.linux.Names.printable(said)));
        }
        String type = response.headers().firstValue("Content-Type").orElse("");
        int semicolon = type.indexOf(';');
        return new Found(
                semicolon < 0 ? type.strip() : type.substring(0, semicolon).strip(), bytes, digest);
    }

    /** A small content, checked. */
    byte[] small(Descriptor content) throws IOException {
        if (content.size() > ImageJson.LIMIT) {
            throw ImageException.invalid(
                    "the configuration %s has more than %d bytes".formatted(content.digest(), ImageJson.LIMIT));
        }
        Digest digest = Digest.parse(content.digest());
        for (int attempt = 1; ; attempt++) {
            try (InputStream body = blob(content, 0).body()) {
                byte[] bytes = body.readNBytes((int) content.size() + 1);
                if (bytes.length != content.size() || !Digest.of(bytes).equals(digest)) {
                    throw ImageException.invalid("the configuration %s came with other bytes".formatted(digest));
                }
                return bytes;
            } catch (IOException e) {
                if (attempt == Session.ATTEMPTS || Session.isFinal(e)) {
                    throw e;
                }
                session.pause(attempt, "");
            }
        }
    }

    /** A content's bytes, and which of them is the first. */
    record Bytes(long from, InputStream body) {}

    /** The bytes of a content from an offset on, or from the beginning where the registry knows no ranges. */
    Bytes blob(Descriptor content, long from) throws IOException {
        return anywhere(base -> {
            URI uri = uri(base, "blobs/" + content.digest());
            HttpResponse<InputStream> response = session.send(
                    from == 0
                            ? Session.Call.get(uri, scopes)
                            : Session.Call.get(uri, scopes, "Range", "bytes=" + from + "-"));
            return switch (response.statusCode()) {
                case 200 -> {
                    length(
                            content,
                            response.headers().firstValue("Content-Length").orElse(""),
                            response);
                    yield new Bytes(0, response.body());
                }
                case 206 -> {
                    Matcher range = RANGE.matcher(
                            response.headers().firstValue("Content-Range").orElse(""));
                    if (!range.matches() || Long.parseLong(range.group(1)) != from) {
                        response.body().close();
                        throw new RefusedException(
                                "%s came in another range than was asked for".formatted(content.digest()));
                    }
                    length(content, range.group(2), response);
                    yield new Bytes(from, response.body());
                }
                case 416 -> {
                    response.body().close();
                    throw ImageException.invalid("%s has fewer than the %d bytes that its manifest says"
                            .formatted(content.digest(), content.size()));
                }
                default -> throw Refusal.of(response).ofAnything(name);
            };
        });
    }

    private static void length(Descriptor content, String total, HttpResponse<InputStream> response)
            throws IOException {
        if (!total.isEmpty() && !total.equals("*") && !total.equals(Long.toString(content.size()))) {
            response.body().close();
            throw ImageException.invalid("%s has %s bytes and not the %d that its manifest says"
                    .formatted(content.digest(), ondol.linux.Names.printable(total), content.size()));
        }
    }

    /** All tags. */
    List<String> tags() throws IOException {
        return anywhere(base -> {
            List<String> tags = new ArrayList<>();
            URI page = uri(base, "tags/list");
            for (int pages = 0; page != null && pages < MOST_PAGES; pages++) {
                HttpResponse<InputStream> response = session.send(Session.Call.get(page, scopes));
                if (response.statusCode() != 200) {
                    throw Refusal.of(response).ofAnything(name);
                }
                try (InputStream body = response.body()) {
                    Object json = ImageJson.read(body.readNBytes(LARGEST_TAGS), Object.class, "the list of tags");
                    tags.addAll(Json.texts(Json.map(json).get("tags")));
                } catch (IllegalArgumentException e) {
                    throw new RefusedException("%s: %s".formatted(name.familiarRepository(), e.getMessage()));
                }
                page = next(page, response.headers().firstValue("Link").orElse(""));
            }
            return tags;
        });
    }

    /** The page after this one, of the same server; null where there is none. */
    static @Nullable URI next(URI page, String link) {
        Matcher next = NEXT.matcher(link);
        try {
            URI uri = next.find() ? page.resolve(next.group(1)) : null;
            return uri != null && Transport.sameOrigin(page, uri) ? uri : null;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
