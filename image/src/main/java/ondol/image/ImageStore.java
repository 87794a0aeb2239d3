package ondol.image;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import ondol.linux.Descriptor;
import ondol.linux.Files;
import ondol.linux.KernelException;
import ondol.oci.image.Digest;
import ondol.oci.image.ImageConfig;
import ondol.oci.image.ImageJson;
import ondol.oci.image.Manifest;
import ondol.oci.image.MediaTypes;
import ondol.oci.image.Reference;
import org.jspecify.annotations.Nullable;

/**
 * The images of an engine, in a folder that is an OCI image layout (which other tools may read) with three folders more:
 * {@code layers}, unpacked for overlays; {@code snapshots}, the containers' writable layers; {@code staging}, what is not
 * yet whole. Names are kept in the index, in full, as {@code org.opencontainers.image.ref.name}.
 *
 * <p>One process at a time has a store open. It may be killed at any time: what it left half done is gone after the next
 * {@link #open}. Every method may be called by any thread; what goes wrong is an {@link ImageException}.
 */
public final class ImageStore implements AutoCloseable {
    private final Folders folders;
    private final Blobs blobs;
    private final LayerStore layers;
    private final Unpacker unpacker;
    private final Layout layout;
    private final Snapshots snapshots;
    private final Parts parts;
    private final Syncer syncer;
    private final Compressor compressor;
    private volatile Catalog catalog;
    private int operations;
    private boolean garbage;
    private boolean closed;

    private ImageStore(Path root, TarLimits limits) {
        folders = new Folders(root);
        blobs = new Blobs(folders);
        layers = new LayerStore(folders);
        unpacker = new Unpacker(folders, blobs, layers, limits);
        layout = new Layout(folders, blobs, layers, unpacker);
        snapshots = new Snapshots(this, folders);
        parts = new Parts(folders, blobs, new Partials(folders), layers, limits);
        List<Image> hosts = HostImage.images(folders);
        hosts.forEach(host -> layers.put(host.layers().getFirst()));
        compressor = new Compressor(this, blobs);
        catalog = layout.load(hosts);
        syncer = new Syncer(folders, layout.unsynced(), this::synced);
        syncer.soon();
        collectGarbageLater();
    }

    /** Opens the store in a folder, which is made where it is not there. */
    public static ImageStore open(Path root) {
        return new ImageStore(root, TarLimits.DEFAULT);
    }

    /** As {@link #open(Path)}, with other limits to what a tar may ask for. */
    public static ImageStore open(Path root, TarLimits limits) {
        return new ImageStore(root, limits);
    }

    /** The containers' writable layers. */
    public Snapshots snapshots() {
        return snapshots;
    }

    /** Contents that come in or go out, see {@link Contents}. */
    public Contents contents() {
        return new Contents(this, begin(), blobs, layers, unpacker, layout, compressor);
    }

    /** The catalog as it is now. */
    Catalog catalog() {
        return catalog;
    }

    /** An operation in flight: as long as there is one, nothing is deleted that no image refers to yet. */
    final class Operation implements AutoCloseable {
        private Operation() {}

        /** The layers of an image, which must still be there. */
        RootLayers layers(Image image) {
            if (catalog.byId(image.id()) == null) {
                throw new ImageException(
                        ImageException.Kind.NOT_FOUND,
                        "No such image: " + image.id().brief());
            }
            return layers.root(image.layers());
        }

        @Override
        public void close() {
            end();
        }
    }

    synchronized Operation begin() {
        operations++;
        return new Operation();
    }

    private synchronized void end() {
        operations--;
        if (operations == 0 && garbage) {
            collectGarbageLater();
        }
    }

    /** A snapshot on these layers went: where no image has them, they may be garbage now. */
    void released(List<String> layerNames) {
        Set<String> known = catalog.layerNames();
        if (layerNames.stream().anyMatch(name -> name.startsWith("l") && !known.contains(name))) {
            collectGarbageLater();
        }
    }

    /** Deletes blobs and layers that nothing refers to, now or when the operations in flight are over. */
    synchronized void collectGarbageLater() {
        garbage = operations > 0;
        if (!garbage) {
            blobs.keepOnly(catalog.blobs());
            parts.partials().deleteOld();
            layers.keepOnly(catalog.diffIds(), snapshots.layerNames());
        }
    }

    /**
     * All images, the newest first; {@code host} and {@code host:home}, which are always there, are the oldest. The same
     * list as long as no image changes.
     */
    public List<Image> list() {
        return catalog.newestFirst();
    }

    /**
     * Finds an image.
     *
     * @param image a name, an id, the beginning of an id, or a repository with the digest of a manifest
     * @throws ImageException NOT_FOUND; INVALID for a name that makes no sense or a beginning that several ids have
     */
    public Image resolve(String image) {
        return stored(image).image();
    }

    private Catalog.Stored stored(String image) {
        Catalog now = catalog;
        Catalog.Stored found = now.byName(image);
        return found == null ? new Lookup(now).find(image) : found;
    }

    /** Whether a text names an image by its id or the beginning of it. */
    private boolean isId(String image, Image found) {
        return catalog.byName(image) == null
                && found.id().toString().startsWith(image.startsWith("sha256:") ? image : "sha256:" + image);
    }

    /** Gives an image a further name, taking it from the image that had it. */
    public void tag(String image, Reference name) {
        Reference full = allowed(name);
        synchronized (this) {
            Catalog.Stored found = stored(image);
            if (found.manifest() == null) {
                throw new ImageException(
                        ImageException.Kind.UNSUPPORTED,
                        "the image host is this machine and has no other name; commit a container of it instead");
            }
            List<Reference> names = new ArrayList<>(found.image().names());
            if (!names.contains(full)) {
                names.add(full);
            }
            save(catalog.with(Catalog.renamed(found, names).taggedAt(Instant.now())));
        }
    }

    static Reference allowed(Reference name) {
        if (HostImage.isReserved(name)) {
            throw ImageException.invalid("the name host is taken: it stands for this machine's own files");
        }
        if (name.digest() != null) {
            throw ImageException.invalid("refusing to create a tag with a digest reference");
        }
        return name.withDefaultTag();
    }

    /**
     * Removes a name and, with the last one, the image and what only it had.
     *
     * @param parents whether what a build made on its way goes with the last image that was made of it
     * @param users who uses an image
     * @return what was done, in order, as {@code docker rmi} prints it
     * @throws ImageException CONFLICT in Docker's words
     */
    public synchronized List<Removal> remove(String image, boolean force, boolean parents, ImageUsers users) {
        Catalog.Stored found = stored(image);
        if (found.manifest() == null) {
            throw new ImageException(
                    ImageException.Kind.CONFLICT, "the image host is this machine and cannot be removed");
        }
        Removals removals = new Removals(catalog, force, parents, users, snapshots::layerNames);
        removals.remove(found, image, isId(image, found.image()));
        save(removals.catalog());
        collectGarbageLater();
        return removals.done();
    }

    /** A name that went or a thing that was deleted; exactly one is not null. */
    public record Removal(
            @Nullable String untagged, @Nullable String deleted) {}

    /** The images are on disk now, so the next boot need not look at them. */
    private synchronized void synced() {
        if (!closed) {
            layout.save(catalog);
        }
    }

    private void save(Catalog changed) {
        layout.saveDurably(changed);
        catalog = changed;
    }

    /** Looks at everything in the store, see {@link StoreCheck}. */
    public StoreCheck.Report check() {
        try (Operation operation = begin()) {
            StoreCheck check;
            Catalog before;
            synchronized (this) {
                before = catalog;
                check = new StoreCheck(folders, blobs, snapshots, before);
                check.index();
            }
            check.contents();
            synchronized (this) {
                // while something else is underway, what nothing refers to yet is not left over
                if (operations == 1 && !garbage && catalog == before) {
                    check.leftOver();
                }
            }
            return check.report();
        }
    }

    /** Bytes of all unpacked layers' files. */
    public long layersSize() {
        return layers.size();
    }

    /** The layers of an image, as overlays want them. */
    public RootLayers layers(Image image) {
        return layers.root(image.layers());
    }

    /** An image's root to be read, see {@link RootView}. */
    public RootView view(Image image) {
        return RootView.open(layers(image));
    }

    /**
     * An image of one layer from a tar of a root, plain or compressed by gzip or zstd, read to its end and not closed.
     *
     * @throws ImageException INVALID where it is no tar, or a hostile one
     */
    public Image importTar(InputStream tar, NewImage image) {
        return add(image, null, () -> unpacker.receive(tar));
    }

    /**
     * An image of one layer from a folder of this machine, which is copied: owners, modes, times, attributes, links, device
     * nodes, but not what is mounted inside, nor sockets.
     */
    public Image importFolder(Path folder, NewImage image) {
        return add(image, null, () -> {
            try (Descriptor open = Files.open(folder.toString(), Files.O_DIRECTORY)) {
                return unpacker.make(out -> write(open, TreeReader.Options.ROOT, out));
            }
        });
    }

    /**
     * An image of a base and the changes in an overlay's upper folder, which nobody may be writing to. The overlay must
     * have been mounted with {@code redirect_dir} and {@code metacopy} off.
     *
     * @param base null where there is nothing below
     * @param image its config is what containers inherit: the base's, changed as wanted
     */
    public Image commit(Path upper, @Nullable Image base, NewImage image) {
        return add(image, base, () -> {
            try (Descriptor open = Files.open(upper.toString(), Files.O_DIRECTORY)) {
                return unpacker.make(out -> write(open, TreeReader.Options.LAYER, out));
            }
        });
    }

    /** An image of a base's layers with another configuration. Without a base it has no layers at all. */
    public Image derive(@Nullable Image base, NewImage image) {
        Reference name = image.name() == null ? null : allowed(image.name());
        try (Operation operation = begin()) {
            if (base != null) {
                operation.layers(base);
            }
            return put(List.of(describe(image, base, null, name))).getFirst();
        }
    }

    /**
     * The image that is empty and says nothing, on which others begin. It is the same one each time.
     *
     * @see #derive
     */
    public Image scratch() {
        return derive(null, NewImage.named(null));
    }

    /** A folder for files that nobody needs for long, see {@link Workspace}. */
    public Workspace workspace() {
        return new Workspace(folders);
    }

    private static void write(Descriptor folder, TreeReader.Options options, OutputStream out) throws IOException {
        try (TreeReader reader = new TreeReader(out, options)) {
            reader.writeRoot(folder);
        }
    }

    /** What an intake works with. */
    record Parts(Folders folders, Blobs blobs, Partials partials, LayerStore layers, TarLimits limits) {}

    /** Begins to take in an image piece by piece, as a pull does. */
    public Intake intake() {
        return new Intake(this, begin(), parts);
    }

    /** Paths of the other repositories of a registry that some image here, which has this content, is known to be in. */
    public List<String> otherRepositories(Reference repository, String digest) {
        return catalog.all().stream()
                .filter(stored ->
                        stored.blobs().stream().anyMatch(blob -> blob.digest().equals(digest)))
                .flatMap(stored -> stored.image().names().stream())
                .filter(name -> name.domain().equals(repository.domain())
                        && !name.path().equals(repository.path()))
                .map(Reference::path)
                .distinct()
                .sorted()
                .toList();
    }

    /**
     * Notes that an image is in a repository: it can be named there by its manifest's digest from now on.
     *
     * @param id of the image
     * @param manifest the digest of what was pushed
     */
    public synchronized void pushed(Digest id, Digest manifest, Reference repository) {
        Catalog.Stored there = catalog.byId(id);
        // it may have gone meanwhile, and come back by another manifest
        if (there != null && there.image().manifest().equals(manifest)) {
            save(catalog.with(there.named(List.of(repository.withDigest(manifest)))));
        }
    }

    /** Has an image described by another manifest, all of which is on disk, where it still is as it was. */
    synchronized void replace(Catalog.Stored before, Catalog.Stored after) {
        Catalog.Stored there = catalog.byId(before.image().id());
        if (there != null && there.image().manifest().equals(before.image().manifest())) {
            save(catalog.with(Catalog.renamed(after, there.image().names())));
        }
    }

    /** Whether an image has a layer of this blob and diff id: then each was found to belong to the other. */
    boolean pairs(String blob, Digest diffId) {
        return catalog.all().stream().anyMatch(stored -> stored.hasPair(blob, diffId));
    }

    private interface Making {
        Unpacker.Unpacked make() throws IOException;
    }

    private Image add(NewImage image, @Nullable Image base, Making making) {
        Reference name = image.name() == null ? null : allowed(image.name());
        try (Operation operation = begin()) {
            if (base != null) {
                operation.layers(base);
            }
            return put(List.of(describe(image, base, making.make(), name))).getFirst();
        } catch (KernelException | IOException e) {
            throw ImageException.failed("cannot make the image", e);
        }
    }

    /** Makes images seen whose contents are all there, or gives their names to those that are there already. */
    List<Image> put(List<Catalog.Stored> added) {
        synchronized (this) {
            Catalog changed = catalog;
            List<Image> images = new ArrayList<>();
            for (Catalog.Stored one : added) {
                Catalog.Stored there = changed.byId(one.image().id());
                Catalog.Stored stored = there == null
                        ? one
                        : there.named(one.image().names()).taggedAt(one.image().tagged());
                changed = changed.with(stored);
                images.add(stored.image());
                if (there == null) {
                    layout.unsynced().add(stored.image().id());
                }
            }
            layout.save(changed);
            catalog = changed;
            syncer.soon();
            return images;
        }
    }

    private Catalog.Stored describe(
            NewImage image, @Nullable Image base, Unpacker.@Nullable Unpacked made, @Nullable Reference name) {
        List<Layer> all = new ArrayList<>(base == null ? List.of() : base.layers());
        List<ondol.oci.image.Descriptor> layerBlobs = new ArrayList<>(layerBlobs(base));
        if (made != null) {
            all.add(java.util.Objects.requireNonNull(made.layer()));
            layerBlobs.add(made.blob());
        }
        ImageConfig config = image.on(base, all, made == null);
        ondol.oci.image.Descriptor configBlob = blobs.write(MediaTypes.CONFIG, ImageJson.write(config));
        String parent = base == null ? null : base.id().toString();
        Map<String, String> annotations = parent == null ? null : Map.of(Layout.PARENT, parent);
        ondol.oci.image.Descriptor manifest =
                blobs.write(MediaTypes.MANIFEST, ImageJson.write(Manifest.of(configBlob, layerBlobs, annotations)));
        List<ondol.oci.image.Descriptor> referred = new ArrayList<>(List.of(configBlob));
        referred.addAll(layerBlobs);
        Image described = new Image(
                Digest.parse(configBlob.digest()),
                Digest.parse(manifest.digest()),
                name == null ? List.of() : List.of(name),
                config,
                List.copyOf(all),
                parent,
                name == null ? null : Instant.now());
        return new Catalog.Stored(described, manifest, List.copyOf(referred));
    }

    private List<ondol.oci.image.Descriptor> layerBlobs(@Nullable Image base) {
        Catalog.Stored below = base == null ? null : catalog.byId(base.id());
        if (base == null || below == null) {
            return List.of();
        }
        if (below.manifest() == null) {
            boolean homes = base.tags().contains("host:home");
            return List.of(blobs.write(MediaTypes.LAYER_HOST, HostImage.blob(homes)));
        }
        return below.blobs().stream()
                .filter(blob -> !blob.digest().equals(base.id().toString()))
                .toList();
    }

    /** Lets go of the folder. Containers go on. */
    @Override
    public synchronized void close() {
        closed = true;
        syncer.close();
        unpacker.close();
        snapshots.close();
        folders.close();
    }
}
