package ondol.image.registry;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import ondol.image.ImageException;
import ondol.linux.Names;
import ondol.oci.image.ImageJson;
import org.jspecify.annotations.Nullable;

/**
 * Repositories of a registry by a part of their names. The distribution specification has no search: Docker Hub and some
 * others have the older {@code GET /v1/search}, and many list what they have at {@code GET /v2/_catalog}.
 */
final class Search {
    private static final String HUB = "docker.io";
    private static final int LARGEST = 8 << 20;
    private static final int MOST_PAGES = 100;
    private static final int LONGEST = 1000;
    private static final List<String> CATALOG = List.of("registry:catalog:*");

    private final Session session;
    private final Places places;
    private final String domain;

    Search(Session session, Places places, String domain) {
        this.session = session;
        this.places = places;
        this.domain = domain;
    }

    /** At most {@code limit} repositories, in the registry's order. */
    List<RegistryClient.Hit> run(String term, int limit) throws IOException {
        URI base = domain.equals(HUB) ? URI.create("https://index.docker.io") : places.own(domain, session);
        Optional<List<RegistryClient.Hit>> found = index(base, term, limit);
        return found.isPresent() ? found.get() : catalog(base, term, limit);
    }

    /** Empty where the registry has no such thing. */
    private Optional<List<RegistryClient.Hit>> index(URI base, String term, int limit) throws IOException {
        URI uri = URI.create(base + "/v1/search?q=" + URLEncoder.encode(term, StandardCharsets.UTF_8) + "&n=" + limit);
        HttpResponse<InputStream> response = session.send(Session.Call.get(uri, List.of()));
        if (response.statusCode() != 200) {
            response.body().close();
            return Optional.empty();
        }
        Object json = answer(response);
        if (json == null || !Json.map(json).containsKey("results")) {
            return Optional.empty();
        }
        return Optional.of(Json.list(Json.map(json).get("results")).stream()
                .filter(hit -> !Json.text(hit, "name").isEmpty())
                .limit(limit)
                .map(hit -> hit(
                        Json.text(hit, "name"),
                        Json.text(hit, "description"),
                        Json.number(hit, "star_count", 0),
                        Boolean.TRUE.equals(Json.map(hit).get("is_official"))))
                .toList());
    }

    private List<RegistryClient.Hit> catalog(URI base, String term, int limit) throws IOException {
        List<RegistryClient.Hit> hits = new ArrayList<>();
        URI page = URI.create(base + "/v2/_catalog");
        for (int pages = 0; page != null && pages < MOST_PAGES && hits.size() < limit; pages++) {
            HttpResponse<InputStream> response = session.send(Session.Call.get(page, CATALOG));
            if (response.statusCode() != 200) {
                throw refusal(Refusal.of(response));
            }
            String link = response.headers().firstValue("Link").orElse("");
            Object json = answer(response);
            if (json == null) {
                throw new RefusedException(
                        "the registry %s sent something else than a list of its repositories".formatted(domain));
            }
            Json.texts(Json.map(json).get("repositories")).stream()
                    .filter(name -> name.contains(term))
                    .limit(limit - hits.size())
                    .forEach(name -> hits.add(hit(name, "", 0, false)));
            page = Repository.next(page, link);
        }
        return hits;
    }

    private ImageException refusal(Refusal refusal) {
        boolean denied = refusal.status() == 401 || refusal.status() == 403;
        return new ImageException(
                denied ? ImageException.Kind.DENIED : ImageException.Kind.UNSUPPORTED,
                denied
                        ? "search access denied for %s, may require 'docker login': %s"
                                .formatted(domain, refusal.words())
                        : "the registry %s cannot be searched: it has neither /v1/search nor /v2/_catalog (%s)"
                                .formatted(domain, refusal.words()));
    }

    /** The body as JSON; null where it is none. */
    private static @Nullable Object answer(HttpResponse<InputStream> response) throws IOException {
        try (InputStream body = response.body()) {
            return ImageJson.read(body.readNBytes(LARGEST), Object.class, "the answer");
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private RegistryClient.Hit hit(String name, String description, long stars, boolean official) {
        String full = domain.equals(HUB) ? name : domain + "/" + name;
        return new RegistryClient.Hit(plain(full), plain(description), stars, official);
    }

    /** What a stranger wrote, for a terminal. */
    private static String plain(String text) {
        return Names.printable(text.length() > LONGEST ? text.substring(0, LONGEST) : text);
    }
}
