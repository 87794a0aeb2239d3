package ondol.image.registry;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import ondol.image.ImageException;
import ondol.oci.image.ImageJson;

/**
 * Looks for repositories by a part of their name: by the search that Docker Hub has ({@code /v1/search}), or, where a
 * registry has none, in its catalog (distribution specification 2, {@code /v2/_catalog}; first page).
 */
final class Search {
    private static final int LARGEST = 8 << 20;
    private static final int PAGE = 1000;

    private final Session session;
    private final URI base;
    private final String domain;

    /** @param base where the registry answers */
    Search(Session session, URI base, String domain) {
        this.session = session;
        this.base = base;
        this.domain = domain;
    }

    List<RegistryClient.Found> run(String term, int limit) throws IOException {
        URI hub = URI.create((domain.equals("docker.io") ? "https://index.docker.io" : base.toString())
                + "/v1/search?q=" + URLEncoder.encode(term, StandardCharsets.UTF_8) + "&n=" + limit);
        HttpResponse<InputStream> response = session.send(Session.Call.get(hub, List.of()));
        if (response.statusCode() == 200) {
            return found(read(response));
        }
        if (response.statusCode() != 404) {
            throw refused(response);
        }
        response.body().close();
        HttpResponse<InputStream> catalog = session.send(
                Session.Call.get(URI.create(base + "/v2/_catalog?n=" + PAGE), List.of("registry:catalog:*")));
        if (catalog.statusCode() != 200) {
            throw refused(catalog);
        }
        String wanted = term.toLowerCase(Locale.ROOT);
        return Json.texts(Json.map(read(catalog)).get("repositories")).stream()
                .filter(name -> name.contains(wanted))
                .limit(limit)
                .map(name -> new RegistryClient.Found(name, "", 0, false))
                .toList();
    }

    private ImageException refused(HttpResponse<InputStream> response) throws IOException {
        return new ImageException(
                ImageException.Kind.FAILED,
                "the registry %s does not search: %s"
                        .formatted(domain, Refusal.of(response).words()));
    }

    private Object read(HttpResponse<InputStream> response) throws IOException {
        try (InputStream body = response.body()) {
            return ImageJson.read(body.readNBytes(LARGEST), Object.class, "what was found");
        } catch (IllegalArgumentException e) {
            throw new RefusedException("%s: %s".formatted(domain, e.getMessage()));
        }
    }

    private static List<RegistryClient.Found> found(Object json) {
        List<RegistryClient.Found> all = new ArrayList<>();
        for (Object one : Json.list(Json.map(json).get("results"))) {
            Object stars = Json.map(one).get("star_count");
            all.add(new RegistryClient.Found(
                    Json.text(one, "name"),
                    Json.text(one, "description"),
                    stars instanceof Number number ? number.intValue() : 0,
                    Boolean.TRUE.equals(Json.map(one).get("is_official"))));
        }
        return all;
    }
}
