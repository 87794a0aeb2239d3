package ondol.image.registry;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import ondol.image.ImageException;
import ondol.oci.image.Descriptor;
import ondol.oci.image.Digest;
import ondol.oci.image.Reference;
import org.jspecify.annotations.Nullable;

/**
 * Sends contents to a repository (distribution specification, pushing): looked for first, then mounted from a neighbour,
 * then sent whole, or in pieces where it is large, so that a broken connection costs one piece.
 */
final class Upload {
    /** Larger contents are sent in pieces of this many bytes. */
    private static final long PIECE = 128L << 20;

    private static final int MOST_MOUNTS = 3;
    private static final Pattern RANGE = Pattern.compile("(?:bytes=)?0-(\\d{1,18})");

    private final Session session;
    private final URI base;
    private final Reference repository;

    Upload(Session session, URI base, Reference repository) {
        this.session = session;
        this.base = base;
        this.repository = repository;
    }

    /** Opens a content from its beginning. */
    interface Source {
        InputStream open() throws IOException;
    }

    /** What became of a content. */
    enum Outcome {
        EXISTS,
        MOUNTED,
        SENT
    }

    /** @param from the repository that it was mounted from; else empty */
    record Done(Outcome outcome, String from) {}

    private URI uri(String rest) {
        return URI.create(base + "/v2/" + repository.path() + "/" + rest);
    }

    private List<String> scopes(String... others) {
        List<String> scopes = new ArrayList<>(List.of("repository:" + repository.path() + ":pull,push"));
        for (String other : others) {
            scopes.add("repository:" + other + ":pull");
        }
        return List.copyOf(scopes);
    }

    /** @param sent is told how many bytes are sent */
    Done send(Descriptor content, Source source, List<String> neighbours, AtomicLong sent) throws IOException {
        HttpResponse<InputStream> head = session.send(Session.Call.head(uri("blobs/" + content.digest()), scopes()));
        head.body().close();
        if (head.statusCode() == 200) {
            return new Done(Outcome.EXISTS, "");
        }
        URI place = null;
        for (String neighbour : neighbours.stream().limit(MOST_MOUNTS).toList()) {
            HttpResponse<InputStream> response =
                    post(uri("blobs/uploads/?mount=" + content.digest() + "&from=" + neighbour), scopes(neighbour));
            if (response.statusCode() == 201) {
                response.body().close();
                return new Done(Outcome.MOUNTED, neighbour);
            }
            if (response.statusCode() == 202) {
                place = location(response);
                break;
            }
            response.body().close();
        }
        if (place == null) {
            HttpResponse<InputStream> response = post(uri("blobs/uploads/"), scopes());
            if (response.statusCode() != 202) {
                throw Refusal.of(response).ofAnything(repository);
            }
            place = location(response);
        }
        if (content.size() > PIECE) {
            place = pieces(place, content, source, sent);
            finish(place, content, 0, source, sent);
        } else {
            finish(place, content, content.size(), source, sent);
        }
        return new Done(Outcome.SENT, "");
    }

    private HttpResponse<InputStream> post(URI uri, List<String> scopes) throws IOException {
        return session.send(new Session.Call("POST", uri, List.of(), HttpRequest.BodyPublishers::noBody, scopes, true));
    }

    private URI location(HttpResponse<InputStream> response) throws IOException {
        response.body().close();
        String location = response.headers().firstValue("Location").orElse("");
        try {
            URI uri = response.uri().resolve(URI.create(location));
            boolean web = "https".equals(uri.getScheme()) || "http".equals(uri.getScheme());
            boolean plain = "https".equals(base.getScheme()) && "http".equals(uri.getScheme());
            if (location.isEmpty() || !web || uri.getHost() == null) {
                throw new RefusedException("the registry %s does not say where to send %s to"
                        .formatted(repository.domain(), repository.familiarRepository()));
            }
            // behind a proxy some registries do not know that they are reached by https
            return plain && uri.getAuthority().equals(base.getAuthority())
                    ? URI.create("https" + uri.toString().substring("http".length()))
                    : uri;
        } catch (IllegalArgumentException e) {
            throw new RefusedException(
                    "the registry %s sends uploads to what is no URL".formatted(repository.domain()));
        }
    }

    private URI pieces(URI first, Descriptor content, Source source, AtomicLong sent) throws IOException {
        URI place = first;
        long at = 0;
        int failures = 0;
        while (at < content.size()) {
            long length = Math.min(PIECE, content.size() - at);
            long from = at;
            HttpResponse<InputStream> response;
            try {
                response = session.send(new Session.Call(
                        "PATCH",
                        place,
                        List.of(
                                "Content-Type",
                                "application/octet-stream",
                                "Content-Range",
                                from + "-" + (from + length - 1)),
                        () -> body(source, from, length, sent),
                        scopes(),
                        false));
            } catch (IOException e) {
                if (++failures >= Session.ATTEMPTS || Session.isFinal(e)) {
                    throw e;
                }
                session.pause(failures, "");
                at = status(place, at);
                continue;
            }
            if (Session.isBusy(response.statusCode()) && ++failures < Session.ATTEMPTS) {
                response.body().close();
                session.pause(
                        failures, response.headers().firstValue("Retry-After").orElse(""));
                at = status(place, at);
                continue;
            }
            if (response.statusCode() != 202) {
                throw Refusal.of(response).ofAnything(repository);
            }
            failures = 0;
            place = location(response);
            at += length;
            sent.set(at);
        }
        return place;
    }

    /** How much the registry has of an upload. */
    private long status(URI place, long known) throws IOException {
        HttpResponse<InputStream> response = session.send(Session.Call.get(place, scopes()));
        response.body().close();
        Matcher range = RANGE.matcher(response.headers().firstValue("Range").orElse(""));
        if (response.statusCode() != 204 || !range.matches()) {
            return known;
        }
        long last = Long.parseLong(range.group(1));
        return last == 0 ? 0 : last + 1;
    }

    private void finish(URI place, Descriptor content, long length, Source source, AtomicLong sent) throws IOException {
        String query = (place.getRawQuery() == null ? "?" : "&") + "digest=" + content.digest();
        HttpResponse<InputStream> response = session.send(new Session.Call(
                "PUT",
                URI.create(place + query),
                List.of("Content-Type", "application/octet-stream"),
                () -> body(source, 0, length, sent),
                scopes(),
                false));
        if (response.statusCode() != 201) {
            throw Refusal.of(response).ofAnything(repository);
        }
        response.body().close();
        sent.set(content.size());
    }

    private static HttpRequest.BodyPublisher body(Source source, long from, long length, AtomicLong sent) {
        if (length == 0) {
            return HttpRequest.BodyPublishers.noBody();
        }
        return HttpRequest.BodyPublishers.fromPublisher(
                HttpRequest.BodyPublishers.ofInputStream(() -> {
                    try {
                        InputStream in = source.open();
                        in.skipNBytes(from);
                        sent.set(from);
                        return new Counted(in, length, sent);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                }),
                length);
    }

    /** So many bytes of a stream, counted while they are read. */
    private static final class Counted extends FilterInputStream {
        private final AtomicLong sent;
        private long left;

        Counted(InputStream in, long length, AtomicLong sent) {
            super(in);
            this.left = length;
            this.sent = sent;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            if (left == 0) {
                return -1;
            }
            int read = super.read(bytes, offset, (int) Math.min(length, left));
            if (read > 0) {
                left -= read;
                sent.addAndGet(read);
            }
            return read;
        }
    }

    /** Puts a manifest; its digest as the registry computed it, where it says so. */
    @Nullable
    String manifest(String mediaType, byte[] bytes, String tag) throws IOException {
        HttpResponse<InputStream> response = session.send(new Session.Call(
                "PUT",
                uri("manifests/" + tag),
                List.of("Content-Type", mediaType),
                () -> HttpRequest.BodyPublishers.ofByteArray(bytes),
                scopes(),
                true));
        if (response.statusCode() != 201 && response.statusCode() != 200) {
            throw Refusal.of(response).ofAnything(repository);
        }
        response.body().close();
        String digest = response.headers().firstValue("Docker-Content-Digest").orElse("");
        if (!digest.isEmpty()
                && digest.startsWith("sha256:")
                && !digest.equals(Digest.of(bytes).toString())) {
            throw ImageException.invalid("the registry %s says that the manifest of %s has the digest %s and not %s"
                    .formatted(
                            repository.domain(),
                            repository.familiar(),
                            ondol.linux.Names.printable(digest),
                            Digest.of(bytes)));
        }
        return digest;
    }
}
