package ondol.docker;

import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import ondol.docker.json.ContainerJson;
import ondol.docker.json.ImageJson;
import ondol.docker.json.SystemJson;
import ondol.engine.ContainerConfig;
import ondol.engine.ContainerDetails;
import ondol.engine.Engine;
import ondol.engine.EngineException;
import ondol.engine.Images;
import ondol.engine.Images.ImageDetails;
import org.jspecify.annotations.Nullable;

/** Images: listed, looked at, named, removed, made from a tar or a container. */
final class ImagesApi {
    private static final Set<String> FILTERS =
            Set.of("reference", "dangling", "label", "label!", "before", "since", "until");

    private final Engine engine;
    private final Images images;
    private final RegistryApi registries;

    ImagesApi(Engine engine, RegistryApi registries) {
        this.registries = registries;
        this.engine = engine;
        this.images = engine.images();
    }

    void addTo(Router router) {
        router.get("/images/json", this::list)
                .post("/images/create", this::create)
                .post("/images/prune", this::prune)
                .get("/images/{name*}/json", this::inspect)
                .get("/images/{name*}/history", this::history)
                .post("/images/{name*}/tag", this::tag)
                .delete("/images/{name*}", this::remove)
                .post("/commit", this::commit);
    }

    private void list(Call call) {
        Filters filters = call.filters().only(FILTERS);
        ImageSummaries summaries =
                new ImageSummaries(engine, call.version(), call.flag("shared-size"), false, call.flag("manifests"));
        List<ImageDetails> all = images.list();
        Set<String> between = call.flag("all") ? Set.of() : between(all);
        call.json(all.stream()
                .filter(chosen(filters))
                .filter(image -> !between.contains(image.id()))
                .map(summaries::of)
                .toList());
    }

    /** Ids of images without a name that others are built on: what a build made on its way. */
    static Set<String> between(List<ImageDetails> all) {
        Set<String> parents = new java.util.HashSet<>();
        all.forEach(image -> parents.add(String.valueOf(image.parent())));
        all.stream().filter(image -> !image.names().isEmpty()).forEach(image -> parents.remove(image.id()));
        return parents;
    }

    private java.util.function.Predicate<ImageDetails> chosen(Filters filters) {
        List<Pattern> references =
                filters.get("reference").stream().map(Globs::compile).toList();
        Instant before = created(filters, "before");
        Instant since = created(filters, "since");
        Instant until = filters.has("until") ? Times.parse(filters.get("until").getFirst()) : null;
        boolean anyName = !filters.has("dangling");
        boolean dangling = filters.flag("dangling", false);
        return image -> (anyName || image.names().isEmpty() == dangling)
                && filters.labels(image.config().labels())
                && (references.isEmpty() || image.names().stream().anyMatch(name -> Globs.reference(references, name)))
                && (before == null || image.created().isBefore(before))
                && (until == null || image.created().isBefore(until))
                && (since == null || image.created().isAfter(since));
    }

    private @Nullable Instant created(Filters filters, String word) {
        return filters.has(word) ? images.inspect(filters.get(word).getFirst()).created() : null;
    }

    private void inspect(Call call) {
        ImageDetails image = images.inspect(call.path("name"));
        String platform = call.query("platform");
        if (platform != null && !platform.isEmpty() && call.version().atLeast(49)) {
            if (call.flag("manifests")) {
                throw EngineException.invalid("conflicting options: manifests and platform options cannot both be set");
            }
            Platforms.check(image, call.path("name"), platform);
        }
        call.json(new ImageJson.Inspect(
                image.id(),
                image.names(),
                image.digests(),
                image.parent() == null ? "" : image.parent(),
                image.comment(),
                Times.rfc3339(image.created()),
                "",
                image.author(),
                Defaults.fill(image.config(), ""),
                image.architecture(),
                image.variant(),
                image.os(),
                image.size(),
                call.version().atLeast(44) ? null : image.size(),
                new ContainerJson.GraphDriver(ContainerViews.DRIVER, folders(image.id())),
                new ImageJson.RootFs("layers", image.layers()),
                new ImageJson.Metadata(Times.rfc3339(image.tagged()))));
    }

    /** Where the layers lie, in the words of Docker's overlay2. */
    private Map<String, String> folders(String id) {
        List<String> folders = images.folders(id);
        Map<String, String> data = new java.util.TreeMap<>();
        if (!folders.isEmpty()) {
            data.put("UpperDir", folders.getFirst());
        }
        if (folders.size() > 1) {
            data.put("LowerDir", String.join(":", folders.subList(1, folders.size())));
        }
        return data;
    }

    private void history(Call call) {
        checkPlatform(call, images, call.path("name"));
        call.json(images.history(call.path("name")).stream()
                .map(step -> new ImageJson.HistoryStep(
                        step.id() == null ? "<missing>" : step.id(),
                        step.created().getEpochSecond(),
                        step.createdBy(),
                        step.tags(),
                        step.size(),
                        step.comment()))
                .toList());
    }

    /** An image that is asked for with a platform, in versions that have that, is there for that platform only. */
    static void checkPlatform(Call call, Images images, String name) {
        String platform = call.query("platform");
        if (platform != null && call.version().atLeast(48)) {
            Platforms.check(images.inspect(name), name, platform);
        }
    }

    private void tag(Call call) {
        String tag = call.query("tag");
        String repository = call.required("repo");
        images.tag(call.path("name"), tag == null ? repository : repository + ":" + tag);
        call.reply(201);
    }

    private void remove(Call call) {
        for (String platform : call.queries("platforms")) {
            Platforms.check(images.inspect(call.path("name")), call.path("name"), platform);
        }
        call.json(removals(images.remove(call.path("name"), call.flag("force"), !call.flag("noprune"))));
    }

    private static List<ImageJson.Removal> removals(List<Images.Removal> removals) {
        return removals.stream()
                .map(removal -> new ImageJson.Removal(removal.untagged(), removal.deleted()))
                .toList();
    }

    private void create(Call call) throws IOException {
        String from = call.query("fromSrc");
        String image = call.query("fromImage");
        if (image != null) {
            registries.pull(call, image);
            return;
        }
        if (from == null) {
            throw EngineException.invalid("neither fromImage nor fromSrc says where the image is to come from");
        }
        Platforms.here(call.query("platform"));
        call.patient();
        String name = reference(call.query("repo"), call.query("tag"));
        if (!from.equals("-")) {
            if (!from.startsWith("http://") && !from.startsWith("https://")) {
                throw EngineException.invalid("fromSrc is \"-\" or an address of http or https, not " + from);
            }
            RegistryApi.stream(call, progress -> {
                progress.status("", "Downloading from " + from);
                progress.status("", images.importFrom(from, name, call.query("message"), changes(call), progress));
            });
            return;
        }
        String id;
        try (InputStream tar = call.bodyStream()) {
            id = images.importTar(tar, name, call.query("message"), changes(call));
        }
        call.bytes(200, Call.JSON_TYPE, StreamsApi.line(new ImageJson.Progress(id, null, null)));
    }

    private static List<String> changes(Call call) {
        return call.queries("changes").stream()
                .flatMap(String::lines)
                .filter(line -> !line.isBlank())
                .toList();
    }

    /** {@code repository[:tag]}; null where no repository is said. */
    static @Nullable String reference(@Nullable String repository, @Nullable String tag) {
        return repository == null ? null : tag == null ? repository : repository + ":" + tag;
    }

    private void commit(Call call) throws IOException {
        ContainerConfig over = call.json(ContainerConfig.class);
        String repository = call.query("repo");
        String id = engine.containers()
                .commit(
                        call.required("container"),
                        over,
                        reference(repository, call.query("tag")),
                        call.query("author"),
                        call.query("comment"),
                        changes(call),
                        call.flag("pause", true));
        call.json(201, new SystemJson.Id(id));
    }

    private void prune(Call call) {
        Filters filters = call.filters().only(FILTERS);
        boolean danglingOnly = filters.flag("dangling", true);
        Filters rest = new Filters(filters.values().entrySet().stream()
                .filter(entry -> !entry.getKey().equals("dangling"))
                .collect(java.util.stream.Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)));
        Set<String> used = new java.util.HashSet<>();
        engine.containers().list().stream().map(ContainerDetails::imageId).forEach(used::add);
        long before = images.layersSize();
        List<ImageJson.Removal> removed = new ArrayList<>();
        Set<String> between = between(images.list());
        for (ImageDetails image : images.list().stream().filter(chosen(rest)).toList()) {
            if (between.contains(image.id())
                    || used.contains(image.id())
                    || (danglingOnly && !image.names().isEmpty())) {
                continue;
            }
            try {
                removed.addAll(removals(images.remove(image.id(), true, true)));
            } catch (EngineException e) {
                // In use after all, or the machine's own files: it stays.
                if (e.kind() == EngineException.Kind.FAILED) {
                    throw e;
                }
            }
        }
        long reclaimed = Math.max(0, before - images.layersSize());
        engine.events().say("image", "prune", Map.of("reclaimed", String.valueOf(reclaimed)));
        call.json(new ImageJson.Pruned(removed, reclaimed));
    }
}
