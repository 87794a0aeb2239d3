package ondol.docker;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import ondol.docker.json.ImageJson;
import ondol.docker.json.TransferJson;
import ondol.engine.Engine;
import ondol.engine.EngineException;
import ondol.engine.Images;
import ondol.engine.Registries;
import ondol.engine.RegistryAuth;
import ondol.engine.TransferProgress;
import org.jspecify.annotations.Nullable;

/** Images to and from registries. */
final class RegistryApi {
    private static final String AUTH = "X-Registry-Auth";
    private static final Set<String> SEARCH_FILTERS = Set.of("is-official", "is-automated", "stars");
    private static final int HITS = 25;
    private static final int LONGEST_AUTH = 64 << 10;

    private final Registries registries;
    private final Images images;

    RegistryApi(Engine engine) {
        this.registries = engine.registries();
        this.images = engine.images();
    }

    void addTo(Router router) {
        router.post("/auth", this::login)
                .get("/images/search", this::search)
                .post("/images/{name*}/push", this::push)
                .get("/distribution/{name*}/json", this::distribution);
    }

    /** {@code POST /images/create?fromImage=}: one tag, or all of them where none is said. */
    void pull(Call call, String from) throws IOException {
        String tag = call.query("tag");
        String platform = call.query("platform");
        RegistryAuth auth = auth(call);
        List<String> names = new ArrayList<>();
        if (tag != null) {
            names.add(from + (tag.contains(":") ? "@" : ":") + tag);
        } else if (from.indexOf('@') >= 0 || from.lastIndexOf(':') > from.lastIndexOf('/')) {
            names.add(from);
        } else {
            registries.tags(from, auth).forEach(one -> names.add(from + ":" + one));
        }
        if (names.isEmpty()) {
            throw EngineException.notFound("the repository " + from + " has no tags");
        }
        stream(call, progress -> {
            for (String name : names) {
                registries.pull(name, platform, auth, progress);
            }
        });
    }

    private void push(Call call) throws IOException {
        String name = call.path("name");
        String tag = call.query("tag");
        boolean tagged = name.lastIndexOf(':') > name.lastIndexOf('/');
        ImagesApi.checkPlatform(call, images, tag == null ? name : name + ":" + tag);
        RegistryAuth auth = auth(call);
        stream(call, progress -> {
            progress.status("", "The push refers to repository [" + repository(name) + "]");
            Registries.Manifest pushed = registries.push(tag == null ? name : name + ":" + tag, auth, progress);
            String shown = tag != null ? tag : tagged ? name.substring(name.lastIndexOf(':') + 1) : "latest";
            progress.send(new TransferJson.Line(
                    null,
                    new TransferJson.Detail(null, null),
                    null,
                    new TransferJson.Pushed(shown, pushed.digest(), pushed.json().length),
                    null,
                    null));
        });
    }

    private static String repository(String name) {
        int colon = name.lastIndexOf(':');
        String path = colon > name.lastIndexOf('/') ? name.substring(0, colon) : name;
        int slash = path.indexOf('/');
        String first = slash < 0 ? "" : path.substring(0, slash);
        boolean hasDomain = first.contains(".") || first.contains(":") || first.equals("localhost");
        return hasDomain ? path : "docker.io/" + (slash < 0 ? "library/" : "") + path;
    }

    interface Transfer {
        void run(Lines progress) throws IOException;
    }

    /** Runs a transfer whose progress is the answer; what fails before anything was said is an error of its own. */
    static void stream(Call call, Transfer transfer) throws IOException {
        call.patient();
        Lines lines = new Lines(call);
        try (Vanishing watch = Vanishing.watch(call, lines::gone)) {
            transfer.run(lines);
        } catch (EngineException e) {
            if (!lines.begun()) {
                throw e;
            }
            String message = Errors.message(e);
            lines.send(new TransferJson.Line(null, null, null, null, new ImageJson.ErrorDetail(message), message));
        } catch (java.io.UncheckedIOException e) {
            throw e.getCause(); // the client has gone
        }
        lines.close();
    }

    /** A transfer's. */
    static final class Lines extends ProgressLines implements TransferProgress {
        Lines(Call call) {
            super(call);
        }

        @Override
        public void status(String id, String status) {
            boolean counted = status.equals("Pulling fs layer") || status.equals("Preparing");
            send(new TransferJson.Line(
                    status,
                    counted ? new TransferJson.Detail(null, null) : null,
                    id.isEmpty() ? null : id,
                    null,
                    null,
                    null));
        }

        @Override
        public void bytes(String id, String status, long current, long total) {
            send(new TransferJson.Line(status, new TransferJson.Detail(current, total), id, null, null, null));
        }
    }

    private void login(Call call) throws IOException {
        TransferJson.Auth auth = call.json(TransferJson.Auth.class);
        if (auth == null) {
            throw EngineException.invalid("the user's name and password are missing");
        }
        registries.login(auth(auth));
        call.json(new TransferJson.LoggedIn("Login Succeeded", ""));
    }

    private void search(Call call) {
        Filters filters = call.filters().only(SEARCH_FILTERS);
        int stars = stars(filters);
        int limit = call.number("limit", 0);
        call.json(registries.search(call.required("term"), limit == 0 ? HITS : limit, auth(call)).stream()
                .filter(hit -> hit.stars() >= stars)
                .filter(hit -> !filters.has("is-official") || filters.flag("is-official", false) == hit.official())
                .filter(_ -> !filters.flag("is-automated", false)) // which none is any more
                .map(hit -> new TransferJson.Hit(hit.stars(), hit.official(), hit.name(), false, hit.description()))
                .toList());
    }

    private static int stars(Filters filters) {
        int most = 0;
        for (String word : filters.get("stars")) {
            try {
                most = Math.max(most, Integer.parseInt(word));
            } catch (NumberFormatException e) {
                throw new EngineException(EngineException.Kind.INVALID, "invalid filter 'stars=" + word + "'", e);
            }
        }
        return most;
    }

    private void distribution(Call call) throws IOException {
        Registries.Manifest found = registries.manifest(call.path("name"), auth(call));
        List<TransferJson.Platform> platforms = new ArrayList<>();
        Object json = Json.read(Object.class, found.json());
        if (json instanceof Map<?, ?> map && map.get("manifests") instanceof List<?> manifests) {
            for (Object manifest : manifests) {
                if (manifest instanceof Map<?, ?> entry && entry.get("platform") instanceof Map<?, ?> platform) {
                    platforms.add(new TransferJson.Platform(
                            String.valueOf(platform.get("architecture")),
                            String.valueOf(platform.get("os")),
                            platform.get("variant") instanceof String variant ? variant : null));
                }
            }
        }
        call.json(new TransferJson.Distribution(
                new TransferJson.Content(found.mediaType(), found.digest(), found.json().length), platforms));
    }

    /** Who the client says that the user is. */
    static RegistryAuth auth(Call call) {
        String header = call.header(AUTH);
        if (header == null || header.isEmpty()) {
            return RegistryAuth.NONE;
        }
        if (header.length() > LONGEST_AUTH) {
            throw EngineException.invalid("the header " + AUTH + " is too long");
        }
        try {
            byte[] json = Base64.getUrlDecoder().decode(header.replace('+', '-').replace('/', '_'));
            TransferJson.Auth auth = Json.read(TransferJson.Auth.class, json);
            return auth == null ? RegistryAuth.NONE : auth(auth);
        } catch (IllegalArgumentException e) {
            throw new EngineException(EngineException.Kind.INVALID, "the header " + AUTH + " cannot be read", e);
        }
    }

    /** The same from JSON that was read as a map. */
    static RegistryAuth auth(@Nullable Object json) {
        if (!(json instanceof Map<?, ?> map)) {
            return RegistryAuth.NONE;
        }
        try {
            return auth(new TransferJson.Auth(
                    text(map, "username"),
                    text(map, "password"),
                    text(map, "auth"),
                    text(map, "serveraddress"),
                    text(map, "identitytoken"),
                    text(map, "registrytoken")));
        } catch (IllegalArgumentException e) {
            throw new EngineException(EngineException.Kind.INVALID, "an account at a registry cannot be read", e);
        }
    }

    private static @Nullable String text(Map<?, ?> map, String name) {
        return map.get(name) instanceof String text ? text : null;
    }

    private static RegistryAuth auth(TransferJson.Auth auth) {
        String username = Objects.requireNonNullElse(auth.username(), "");
        String password = Objects.requireNonNullElse(auth.password(), "");
        String both = auth.auth();
        if (username.isEmpty() && both != null && !both.isEmpty()) {
            String plain = new String(Base64.getDecoder().decode(both), StandardCharsets.UTF_8);
            int colon = plain.indexOf(':');
            username = colon < 0 ? plain : plain.substring(0, colon);
            password = colon < 0 ? "" : plain.substring(colon + 1);
        }
        return new RegistryAuth(
                username,
                password,
                Objects.requireNonNullElse(auth.identitytoken(), ""),
                Objects.requireNonNullElse(auth.registrytoken(), ""),
                Objects.requireNonNullElse(auth.serveraddress(), ""));
    }
}
