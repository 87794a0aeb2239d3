package ondol.image;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import ondol.linux.KernelException;
import ondol.linux.Stat;
import ondol.oci.image.Descriptor;
import ondol.oci.image.Digest;
import ondol.oci.image.ImageJson;
import ondol.oci.image.Index;

/**
 * Compares what a store says with what is there: every content with its digest and size, every unpacked layer with its
 * tar, every name of the index on disk with the image that it should be of, the layers below containers; and finds what
 * nothing refers to.
 */
public final class StoreCheck {
    private final Folders folders;
    private final Blobs blobs;
    private final Snapshots snapshots;
    private final Catalog catalog;
    private final List<String> findings = new ArrayList<>();
    private final Set<String> checkedLayers = new HashSet<>();
    private int contents;
    private int snapshotCount;
    private long bytes;

    StoreCheck(Folders folders, Blobs blobs, Snapshots snapshots, Catalog catalog) {
        this.folders = folders;
        this.blobs = blobs;
        this.snapshots = snapshots;
        this.catalog = catalog;
    }

    /**
     * How it stands.
     *
     * @param bytes of contents that were read
     * @param findings a sentence for each thing that is wrong; none where all is well
     */
    public record Report(int images, int layers, int blobs, int snapshots, long bytes, List<String> findings) {}

    /** Looks at every content and every layer, and at what containers stand on. */
    void contents() {
        for (String hex : names(folders.blobs)) {
            content(hex);
        }
        for (Catalog.Stored stored : catalog.all()) {
            image(stored);
        }
        snapshots();
    }

    Report report() {
        return new Report(
                catalog.all().size(), checkedLayers.size(), contents, snapshotCount, bytes, List.copyOf(findings));
    }

    private static ondol.linux.Descriptor open(Path folder) {
        return ondol.linux.Files.open(folder.toString(), ondol.linux.Files.O_PATH | ondol.linux.Files.O_DIRECTORY);
    }

    private static List<String> names(Path folder) {
        try (ondol.linux.Descriptor open = open(folder)) {
            return Trees.names(open);
        }
    }

    /** The index on disk must say what is known here, each name once. */
    void index() {
        try {
            byte[] json = Files.readAllBytes(folders.root.resolve("index.json"));
            Map<String, String> names = new HashMap<>();
            for (Descriptor entry :
                    ImageJson.read(json, Index.class, "index.json").manifests()) {
                String name = entry.annotation(Descriptor.REF_NAME);
                if (name != null && names.put(name, entry.digest()) != null) {
                    findings.add("the name %s is in the index twice".formatted(name));
                }
                Catalog.Stored named = name == null ? null : catalog.byName(name);
                if (name != null && (named == null || !isManifest(named, entry.digest()))) {
                    findings.add("the name %s in the index leads to no image that can be used".formatted(name));
                }
                if (catalog.all().stream().noneMatch(stored -> isManifest(stored, entry.digest()))) {
                    findings.add(
                            "the manifest %s in the index is of no image that can be used".formatted(entry.digest()));
                }
            }
            for (Catalog.Stored stored : catalog.all()) {
                stored.image().names().stream()
                        .filter(name -> stored.manifest() != null && !names.containsKey(name.toString()))
                        .forEach(name -> findings.add("the name %s is not in the index on disk".formatted(name)));
            }
        } catch (IOException | IllegalArgumentException e) {
            findings.add("the index cannot be read: " + e.getMessage());
        }
    }

    private static boolean isManifest(Catalog.Stored stored, String digest) {
        Descriptor manifest = stored.manifest();
        return manifest != null && manifest.digest().equals(digest);
    }

    private void content(String hex) {
        contents++;
        try (InputStream in = Files.newInputStream(folders.blobs.resolve(hex))) {
            MessageDigest sum = Digest.sha256();
            bytes += new DigestInputStream(in, sum).transferTo(java.io.OutputStream.nullOutputStream());
            if (!Digest.of(sum).hex().equals(hex)) {
                findings.add("the content sha256:%s has other bytes than its digest says".formatted(hex));
            }
        } catch (IOException e) {
            findings.add("the content sha256:%s cannot be read: %s".formatted(hex, e.getMessage()));
        }
    }

    private void image(Catalog.Stored stored) {
        Descriptor manifest = stored.manifest();
        if (manifest == null) {
            return;
        }
        List<Descriptor> all = new ArrayList<>(List.of(manifest));
        all.addAll(stored.blobs());
        for (Descriptor blob : all) {
            long size = blobs.size(Digest.parse(blob.digest()));
            if (size != blob.size()) {
                findings.add("the content %s of the image %s %s"
                        .formatted(
                                blob.digest(),
                                stored.image().id().brief(),
                                size < 0 ? "is missing" : "has %d bytes and not %d".formatted(size, blob.size())));
            }
        }
        List<Layer> layers = stored.image().layers();
        for (int i = 0; i < layers.size(); i++) {
            Layer layer = layers.get(i);
            if (!layer.host() && checkedLayers.add(layer.diffId().toString())) {
                layer(layer, stored.blobs().get(i + 1));
            }
        }
    }

    private void layer(Layer layer, Descriptor blob) {
        String what = "the layer " + layer.diffId();
        if (!Files.exists(folders.layers.resolve(LayerStore.name(layer) + ".json"))) {
            findings.add(what + " has no record of its folder");
        }
        try (ondol.linux.Descriptor folder = open(layer.folder());
                InputStream raw = blobs.open(Digest.parse(blob.digest()))) {
            BufferedInputStream in = new BufferedInputStream(raw, 256 << 10);
            MessageDigest sum = layer.diffId().newSum();
            InputStream plain = new BufferedInputStream(
                    new DigestInputStream(Compression.of(in).open(in), sum), 256 << 10);
            LayerCheck check = new LayerCheck(folder);
            check.read(new TarReader(plain));
            plain.transferTo(java.io.OutputStream.nullOutputStream());
            check.findings().forEach(finding -> findings.add(what + ": " + finding));
            if (!java.util.HexFormat.of()
                    .formatHex(sum.digest())
                    .equals(layer.diffId().hex())) {
                findings.add(what + " has another content than its diff id says");
            }
        } catch (IOException | KernelException | ImageException e) {
            findings.add("%s cannot be checked: %s".formatted(what, e.getMessage()));
        }
    }

    private void snapshots() {
        for (String id : snapshots.list()) {
            snapshotCount++;
            try {
                for (String lower : snapshots.open(id).layers().lowers()) {
                    Stat stat =
                            lower.startsWith("/") ? null : ondol.linux.Files.lstatIfThere(folders.layersFolder, lower);
                    if (!lower.startsWith("/") && (stat == null || !stat.isFolder())) {
                        findings.add("the snapshot %s stands on the layer folder %s, which is not there"
                                .formatted(id, lower));
                    }
                }
            } catch (ImageException | KernelException e) {
                findings.add("the snapshot %s cannot be opened: %s".formatted(id, e.getMessage()));
            }
        }
    }

    /** Finds what nothing refers to; to be called while nothing else is underway. */
    void leftOver() {
        Set<String> wanted = catalog.blobs();
        for (String hex : names(folders.blobs)) {
            if (!wanted.contains(hex)) {
                findings.add("the content sha256:%s is left over: no image refers to it".formatted(hex));
            }
        }
        Set<String> names = new TreeSet<>(catalog.layerNames());
        names.addAll(snapshots.layerNames());
        names.add(RootLayers.EMPTY);
        names.add(RootLayers.BASE);
        for (String name : Trees.names(folders.layersFolder)) {
            String folder = name.endsWith(".json") ? name.substring(0, name.length() - 5) : name;
            if (!names.contains(folder) && !HostImage.isMask(folder)) {
                findings.add("the layer folder %s is left over: no image or container refers to it".formatted(name));
            }
        }
        for (String name : Trees.names(folders.stagingFolder)) {
            findings.add("staging/%s is left over".formatted(name));
        }
    }
}
