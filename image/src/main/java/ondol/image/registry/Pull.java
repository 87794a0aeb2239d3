package ondol.image.registry;

import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import ondol.image.Image;
import ondol.image.ImageException;
import ondol.image.ImageStore;
import ondol.image.Intake;
import ondol.oci.image.Descriptor;
import ondol.oci.image.Digest;
import ondol.oci.image.ImageConfig;
import ondol.oci.image.ImageJson;
import ondol.oci.image.Index;
import ondol.oci.image.Manifest;
import ondol.oci.image.MediaTypes;
import ondol.oci.image.Platform;
import ondol.oci.image.Reference;
import org.jspecify.annotations.Nullable;

/** One pull of one image. */
final class Pull {
    private static final int MOST_LAYERS = 500;
    private static final long TICK = 50;
    private static final long TOLD = 100_000_000;
    private static final Set<String> CONFIGS =
            Set.of(MediaTypes.CONFIG, MediaTypes.DOCKER_CONFIG, "application/octet-stream");

    private final ImageStore store;
    private final Repository repository;
    private final LayerPulls layerPulls;
    private final Session session;
    private final Reference image;
    private final @Nullable Platform platform;
    private final Progress progress;

    Pull(
            ImageStore store,
            Repository repository,
            LayerPulls layerPulls,
            Session session,
            Reference image,
            @Nullable Platform platform,
            Progress progress) {
        this.store = store;
        this.repository = repository;
        this.layerPulls = layerPulls;
        this.session = session;
        this.image = image;
        this.platform = platform;
        this.progress = progress;
    }

    Image run() throws IOException {
        Image before = there(image);
        Image known = unchanged();
        if (known != null) {
            begin();
            Image tagged = image.tag() == null || image.digest() != null ? known : named(known);
            return end(tagged, digestName(tagged), before);
        }
        Repository.Found top = repository.manifest(image);
        refuseSchema1(top);
        begin();
        Repository.Found found = isIndex(top) ? chosen(top) : top;
        Reference digestName = image.withDigest(top.digest());
        Image pulled = layers(found, digestName);
        return end(pulled, digestName, before);
    }

    private void begin() {
        progress.status(
                image.digest() != null ? image.digest().toString() : String.valueOf(image.tag()),
                "Pulling from " + path());
    }

    private String path() {
        return image.path();
    }

    private Image end(Image pulled, Reference digestName, @Nullable Image before) {
        progress.status("", "Digest: " + digestName.digest());
        boolean same = before != null && before.id().equals(pulled.id());
        progress.status(
                "",
                (same ? "Status: Image is up to date for " : "Status: Downloaded newer image for ") + image.familiar());
        return pulled;
    }

    private @Nullable Image there(Reference name) {
        try {
            Image found = store.resolve(name.toString());
            return found.names().contains(name) ? found : null;
        } catch (ImageException e) {
            return null;
        }
    }

    /** The image, where the store has just what the name stands for in the registry. */
    private @Nullable Image unchanged() throws IOException {
        if (image.digest() != null) {
            return there(image);
        }
        // asked only where the answer can spare something
        boolean any = store.list().stream()
                .flatMap(known -> known.names().stream())
                .anyMatch(name -> name.digest() != null && name.repository().equals(image.repository()));
        Digest now = any ? repository.digest(image).orElse(null) : null;
        Image known = now == null ? null : there(image.withDigest(now));
        return known == null || !fits(known.config()) ? null : known;
    }

    private boolean fits(ImageConfig config) {
        Platform wanted = platform;
        return wanted == null
                || (wanted.os().equals(config.os())
                        && wanted.architecture().equals(config.architecture())
                        && (wanted.variant() == null || wanted.variant().equals(config.variant())));
    }

    private Image named(Image known) {
        if (!known.names().contains(image)) {
            store.tag(known.id().toString(), image);
        }
        return store.resolve(known.id().toString());
    }

    private Reference digestName(Image known) {
        return known.names().stream()
                .filter(name -> name.digest() != null && name.repository().equals(image.repository()))
                .filter(name -> image.digest() == null || image.digest().equals(name.digest()))
                .reduce((first, second) -> second)
                .orElse(image.withDigest(known.manifest()));
    }

    // What kind of thing the name stands for

    private void refuseSchema1(Repository.Found found) {
        boolean declared = found.mediaType().equals(Repository.SCHEMA_1)
                || found.mediaType().equals(Repository.SCHEMA_1_SIGNED);
        if (declared || Json.number(json(found), "schemaVersion", 0) == 1) {
            throw new ImageException(
                    ImageException.Kind.UNSUPPORTED,
                    "%s has a manifest of version 2, schema 1, which is not supported: have it pushed again by a tool of today"
                            .formatted(image.familiar()));
        }
    }

    private Object json(Repository.Found found) {
        try {
            return ImageJson.read(found.bytes(), Object.class, "the manifest");
        } catch (IllegalArgumentException e) {
            throw new ImageException(
                    ImageException.Kind.INVALID,
                    "the registry %s sent for %s no manifest but %s that is no JSON"
                            .formatted(
                                    image.domain(),
                                    image.familiar(),
                                    found.mediaType().isEmpty()
                                            ? "something"
                                            : ondol.linux.Names.printable(found.mediaType())),
                    e);
        }
    }

    /** The media type, from the document itself where the header says nothing useful. */
    private String type(Repository.Found found) {
        Object json = json(found);
        String inside = Json.text(json, "mediaType");
        if (MediaTypes.isIndex(found.mediaType()) || MediaTypes.isManifest(found.mediaType())) {
            return found.mediaType();
        }
        if (!inside.isEmpty()) {
            return inside;
        }
        return Json.map(json).containsKey("manifests") ? MediaTypes.INDEX : MediaTypes.MANIFEST;
    }

    private boolean isIndex(Repository.Found found) {
        return MediaTypes.isIndex(type(found));
    }

    private Repository.Found chosen(Repository.Found top) throws IOException {
        Platform wanted = platform == null ? Platform.here() : platform;
        Index index = read(top, Index.class);
        Descriptor fitting = Platforms.choose(index.manifests(), wanted);
        if (fitting == null) {
            throw new ImageException(
                    ImageException.Kind.NOT_FOUND,
                    "no matching manifest for %s in the manifest list entries".formatted(Platforms.text(wanted)));
        }
        Repository.Found found = repository.manifest(image.withDigest(Digest.parse(fitting.digest())));
        if (isIndex(found)) {
            throw ImageException.invalid("the index of %s has another index inside".formatted(image.familiar()));
        }
        return found;
    }

    private <T> T read(Repository.Found found, Class<T> type) {
        try {
            return ImageJson.read(found.bytes(), type, "the manifest " + found.digest() + " of " + image.familiar());
        } catch (IllegalArgumentException e) {
            throw new ImageException(ImageException.Kind.INVALID, String.valueOf(e.getMessage()), e);
        }
    }

    // The layers

    private Image layers(Repository.Found found, Reference digestName) throws IOException {
        Manifest manifest = read(found, Manifest.class);
        check(manifest);
        byte[] config = repository.small(manifest.config());
        ImageConfig described = describe(manifest, config);
        List<Descriptor> blobs = manifest.layers();
        List<LayerPull> pulls = new ArrayList<>();
        Image pulled;
        try (Intake intake = store.intake()) {
            try {
                for (int i = 0; i < blobs.size(); i++) {
                    Digest diffId = Digest.parse(described.diffIds().get(i));
                    pulls.add(layerPulls.join(repository, session, blobs.get(i), diffId));
                    progress.status(brief(blobs.get(i)), "Pulling fs layer");
                }
                follow(new LinkedHashSet<>(pulls));
            } finally {
                pulls.forEach(LayerPull::leave);
                pulls.stream().filter(pull -> pull.failure() != null).forEach(LayerPull::awaitEnd);
            }
            List<Reference> names =
                    image.digest() != null || image.tag() == null ? List.of(digestName) : List.of(image, digestName);
            pulled = intake.finish(type(found), found.bytes(), config, names);
        }
        return pulled;
    }

    private void check(Manifest manifest) {
        if (!CONFIGS.contains(manifest.config().mediaType())) {
            throw new ImageException(
                    ImageException.Kind.UNSUPPORTED,
                    "%s is no image: it is described by \"%s\""
                            .formatted(
                                    image.familiar(),
                                    ondol.linux.Names.printable(
                                            manifest.config().mediaType())));
        }
        if (manifest.layers().size() > MOST_LAYERS) {
            throw ImageException.invalid("%s has %d layers; at most %d can be mounted"
                    .formatted(image.familiar(), manifest.layers().size(), MOST_LAYERS));
        }
        for (Descriptor layer : manifest.layers()) {
            if (!Intake.isLayer(layer.mediaType())) {
                throw new ImageException(
                        ImageException.Kind.UNSUPPORTED,
                        "layer %s of %s is of the kind \"%s\", which cannot be unpacked"
                                .formatted(
                                        brief(layer),
                                        image.familiar(),
                                        ondol.linux.Names.printable(layer.mediaType())));
            }
            try {
                Digest.parse(layer.digest());
            } catch (IllegalArgumentException e) {
                throw new ImageException(
                        ImageException.Kind.INVALID,
                        "%s has a layer whose digest makes no sense: %s".formatted(image.familiar(), e.getMessage()),
                        e);
            }
        }
    }

    private ImageConfig describe(Manifest manifest, byte[] bytes) {
        ImageConfig config;
        try {
            config = ImageJson.read(bytes, ImageConfig.class, "the configuration of " + image.familiar());
            config.diffIds().forEach(Digest::parse);
        } catch (IllegalArgumentException e) {
            throw new ImageException(ImageException.Kind.INVALID, String.valueOf(e.getMessage()), e);
        }
        if (config.diffIds().size() != manifest.layers().size()) {
            throw ImageException.invalid("%s has %d layers in its manifest and %d in its configuration"
                    .formatted(
                            image.familiar(),
                            manifest.layers().size(),
                            config.diffIds().size()));
        }
        if (!fits(config)) {
            throw new ImageException(
                    ImageException.Kind.NOT_FOUND,
                    "image with reference %s was found but does not match the specified platform: wanted %s, actual: %s/%s"
                            .formatted(
                                    image.familiar(),
                                    Platforms.text(platform == null ? Platform.here() : platform),
                                    config.os(),
                                    config.architecture()));
        }
        return config;
    }

    static String brief(Descriptor layer) {
        String digest = layer.digest();
        int hex = digest.indexOf(':') + 1;
        return digest.substring(hex, Math.min(digest.length(), hex + 12));
    }

    /** Tells how the layers go on until all are there or one has failed. */
    private void follow(Set<LayerPull> pulls) throws IOException {
        Map<LayerPull, LayerPull.State> told = new HashMap<>();
        Set<LayerPull> open = new LinkedHashSet<>(pulls);
        long toldAt = 0;
        while (!open.isEmpty()) {
            boolean bytes = System.nanoTime() - toldAt > TOLD;
            toldAt = bytes ? System.nanoTime() : toldAt;
            for (LayerPull pull : List.copyOf(open)) {
                boolean done = pull.isDone();
                pull.watch();
                tell(pull, told, bytes);
                if (done) {
                    fail(pull);
                    open.remove(pull);
                }
            }
            if (progress.cancelled()) {
                throw new ImageException(ImageException.Kind.FAILED, "the pull was given up");
            }
            pause(open);
        }
    }

    private static void pause(Set<LayerPull> open) throws IOException {
        if (open.isEmpty()) {
            return;
        }
        try {
            open.iterator().next().await(TICK);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (IOException) new java.io.InterruptedIOException("interrupted").initCause(e);
        }
    }

    private void tell(LayerPull pull, Map<LayerPull, LayerPull.State> told, boolean bytes) {
        LayerPull.State state = pull.state();
        String id = brief(pull.blob());
        LayerPull.State before = told.put(pull, state);
        boolean moving = EnumSet.of(LayerPull.State.DOWNLOADING, LayerPull.State.EXTRACTING)
                .contains(state);
        if (before == LayerPull.State.DOWNLOADING && state != before && state != LayerPull.State.FAILED) {
            progress.status(id, "Download complete");
        }
        if (moving && (bytes || state != before)) {
            progress.bytes(id, state.words, pull.current(), pull.blob().size());
        } else if (state != before && !moving && state != LayerPull.State.FAILED) {
            progress.status(id, state.words);
        }
    }

    private void fail(LayerPull pull) throws IOException {
        Throwable failure = pull.failure();
        if (failure == null) {
            return;
        }
        String what = "layer %s of %s: ".formatted(brief(pull.blob()), image.familiar());
        if (failure instanceof ImageException known) {
            throw new ImageException(known.kind(), what + known.getMessage(), known);
        }
        throw ImageException.failed(what + "it could not be fetched", failure);
    }
}
