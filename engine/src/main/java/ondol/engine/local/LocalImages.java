package ondol.engine.local;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import ondol.engine.ContainerConfig;
import ondol.engine.ContainerConfigBuilder;
import ondol.engine.EngineException;
import ondol.engine.Images;
import ondol.engine.TransferProgress;
import ondol.engine.build.Download;
import ondol.image.ConfigChanges;
import ondol.image.Contents;
import ondol.image.Image;
import ondol.image.ImageException;
import ondol.image.ImageStore;
import ondol.image.ImageUsers;
import ondol.image.Layer;
import ondol.image.NewImage;
import ondol.image.StoreCheck;
import ondol.image.archive.ArchiveFormat;
import ondol.image.archive.ArchiveReader;
import ondol.image.archive.ArchiveWriter;
import ondol.oci.image.Digest;
import ondol.oci.image.ExecutionConfig;
import ondol.oci.image.History;
import ondol.oci.image.ImageConfig;
import ondol.oci.image.Reference;
import org.jspecify.annotations.Nullable;

/** The image store in the engine's words. */
final class LocalImages implements Images {
    private final ImageStore store;
    private final EventLog events;
    private final ImageUsers users;
    private volatile Listing listing = new Listing(List.of(), List.of());

    /** Images, and what is told of them: asked for often, and seldom others. */
    private record Listing(List<Image> images, List<ImageDetails> details) {}

    LocalImages(ImageStore store, EventLog events, ImageUsers users) {
        this.store = store;
        this.events = events;
        this.users = users;
    }

    /** Does something with images, and says what went wrong as an engine does. */
    static <T> T translate(Supplier<T> action) {
        try {
            return action.get();
        } catch (ImageException e) {
            EngineException.Kind kind = switch (e.kind()) {
                case NOT_FOUND -> EngineException.Kind.NOT_FOUND;
                case CONFLICT -> EngineException.Kind.CONFLICT;
                case INVALID -> EngineException.Kind.INVALID;
                case DENIED -> EngineException.Kind.DENIED;
                case UNSUPPORTED -> EngineException.Kind.UNSUPPORTED;
                case FAILED -> EngineException.Kind.FAILED;
            };
            throw new EngineException(kind, e.getMessage(), e);
        } catch (IllegalArgumentException e) { // a name that is none
            throw new EngineException(EngineException.Kind.INVALID, e.getMessage(), e);
        }
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // the store says with the same list that nothing has changed
    public List<ImageDetails> list() {
        List<Image> images = store.list();
        Listing last = listing;
        if (last.images() != images) {
            last = new Listing(images, images.stream().map(LocalImages::details).toList());
            listing = last;
        }
        return last.details();
    }

    @Override
    public ImageDetails inspect(String image) {
        return details(translate(() -> store.resolve(image)));
    }

    private static ImageDetails details(Image image) {
        ImageConfig config = image.config();
        List<History> history = config.history() == null ? List.of() : config.history();
        String comment = history.isEmpty() ? null : history.getLast().comment();
        return new ImageDetails(
                image.id().toString(),
                image.tags(),
                image.digests(),
                image.parent(),
                image.created(),
                image.tagged(),
                Objects.requireNonNullElse(config.author(), ""),
                Objects.requireNonNullElse(comment, ""),
                Objects.requireNonNullElse(config.architecture(), ""),
                config.variant(),
                Objects.requireNonNullElse(config.os(), ""),
                image.size(),
                ImageConfigs.of(config),
                image.layers().stream().map(layer -> layer.diffId().toString()).toList());
    }

    @Override
    public List<HistoryStep> history(String name) {
        Image image = translate(() -> store.resolve(name));
        List<History> steps =
                image.config().history() == null ? List.of() : image.config().history();
        List<HistoryStep> history = new ArrayList<>();
        int layer = 0;
        for (History step : steps) {
            boolean empty = Boolean.TRUE.equals(step.emptyLayer());
            boolean hasLayer = !empty && layer < image.layers().size();
            long size = hasLayer ? image.layers().get(layer++).size() : 0;
            history.add(new HistoryStep(
                    null,
                    time(step.created()),
                    Objects.requireNonNullElse(step.createdBy(), ""),
                    List.of(),
                    size,
                    Objects.requireNonNullElse(step.comment(), "")));
        }
        if (history.isEmpty()) {
            history.add(new HistoryStep(null, image.created(), "", List.of(), image.size(), ""));
        }
        HistoryStep newest = history.removeLast();
        history.add(new HistoryStep(
                image.id().toString(),
                newest.created(),
                newest.createdBy(),
                image.tags(),
                newest.size(),
                newest.comment()));
        return history.reversed();
    }

    private static Instant time(@Nullable String text) {
        try {
            return text == null ? Instant.EPOCH : OffsetDateTime.parse(text).toInstant();
        } catch (java.time.DateTimeException e) {
            return Instant.EPOCH;
        }
    }

    @Override
    public void tag(String image, String reference) {
        translate(() -> {
            store.tag(image, Reference.parse(reference));
            return true;
        });
        Image tagged = translate(() -> store.resolve(image));
        events.publish("image", "tag", tagged.id().toString(), Map.of("name", reference));
    }

    @Override
    public List<Removal> remove(String image, boolean force, boolean parents) {
        String id = translate(() -> store.resolve(image)).id().toString();
        List<Removal> done = new ArrayList<>();
        for (ImageStore.Removal removal : translate(() -> store.remove(image, force, parents, users))) {
            done.add(new Removal(removal.untagged(), removal.deleted()));
            String action = removal.untagged() != null ? "untag" : "delete";
            events.publish("image", action, id, Map.of("name", id));
        }
        return done;
    }

    @Override
    public String importTar(
            InputStream tar, @Nullable String reference, @Nullable String message, List<String> changes) {
        return translate(() -> {
            NewImage made = new NewImage(
                    name(reference),
                    ConfigChanges.apply(ExecutionConfig.EMPTY, changes),
                    "",
                    Objects.requireNonNullElse(message, ""),
                    "");
            return imported(store.importTar(tar, made));
        });
    }

    @Override
    public String importFrom(
            String address,
            @Nullable String reference,
            @Nullable String message,
            List<String> changes,
            TransferProgress progress) {
        try (Download download = Download.get(address, store.workspace(), progress);
                InputStream tar = download.open()) {
            return importTar(tar, reference, message, changes);
        } catch (IOException e) {
            throw new EngineException(
                    EngineException.Kind.FAILED, "cannot read what was fetched: " + e.getMessage(), e);
        }
    }

    @Override
    public String importFolder(Path folder, @Nullable String reference) {
        if (!Files.isDirectory(folder)) {
            throw EngineException.invalid("%s is no folder".formatted(folder));
        }
        return translate(() -> {
            ContainerConfig config =
                    ContainerConfigBuilder.builder().cmd(List.of("/bin/sh")).build();
            NewImage made = new NewImage(
                    name(reference), ImageConfigs.execution(config), "", "", "ondol init " + folder.getFileName());
            return imported(store.importFolder(folder, made));
        });
    }

    @Override
    public void save(List<String> images, String format, OutputStream tar) {
        translate(() -> {
            ArchiveWriter.write(store, images, ArchiveFormat.parse(format), tar);
            return true;
        });
        for (String name : images) {
            event("save", translate(() -> store.resolve(name)), name);
        }
    }

    @Override
    public List<Loaded> load(InputStream tar, LoadProgress progress) {
        List<Loaded> loaded = new ArrayList<>();
        for (ArchiveReader.Loaded one : translate(() -> ArchiveReader.read(store, tar, null, progress::read))) {
            String id = one.image().id().toString();
            event("load", one.image(), id);
            loaded.add(
                    new Loaded(id, one.names().stream().map(Reference::familiar).toList()));
        }
        return loaded;
    }

    private void event(String action, Image image, String name) {
        events.publish("image", action, image.id().toString(), Map.of("name", name));
    }

    @Override
    public byte[] manifest(String name) {
        return translate(() -> {
            try (Contents contents = store.contents()) {
                return contents.read(store.resolve(name).manifest());
            } catch (IOException e) {
                throw new UncheckedIOException("cannot read the manifest of " + name, e);
            }
        });
    }

    @Override
    public Map<String, Long> sharedSizes() {
        List<Image> all = store.list();
        Map<Digest, Integer> users = new HashMap<>();
        for (Image image : all) {
            new HashSet<>(image.layers()).forEach(layer -> users.merge(layer.diffId(), 1, Integer::sum));
        }
        Map<String, Long> shared = new HashMap<>();
        for (Image image : all) {
            long size = image.layers().stream()
                    .filter(layer -> users.getOrDefault(layer.diffId(), 0) > 1)
                    .mapToLong(Layer::size)
                    .sum();
            shared.put(image.id().toString(), size);
        }
        return shared;
    }

    @Override
    public List<String> folders(String name) {
        Image image = translate(() -> store.resolve(name));
        return image.layers().reversed().stream()
                .map(layer -> layer.host() ? "/" : layer.folder().toString())
                .toList();
    }

    @Override
    public Check check() {
        StoreCheck.Report report = translate(store::check);
        return new Check(
                report.images(),
                report.layers(),
                report.blobs(),
                report.snapshots(),
                report.bytes(),
                report.findings());
    }

    private String imported(Image image) {
        events.publish(
                "image",
                "import",
                image.id().toString(),
                Map.of("name", image.id().toString()));
        return image.id().toString();
    }

    static @Nullable Reference name(@Nullable String reference) {
        return reference == null || reference.isEmpty() ? null : Reference.parse(reference);
    }

    @Override
    public long layersSize() {
        return store.layersSize();
    }
}
