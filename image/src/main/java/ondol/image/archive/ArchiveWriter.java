package ondol.image.archive;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import ondol.image.Contents;
import ondol.image.Image;
import ondol.image.ImageException;
import ondol.image.ImageStore;
import ondol.image.TarEntry;
import ondol.image.TarWriter;
import ondol.oci.image.ArchiveManifest;
import ondol.oci.image.Descriptor;
import ondol.oci.image.Digest;
import ondol.oci.image.ImageJson;
import ondol.oci.image.Index;
import ondol.oci.image.LayoutMarker;
import ondol.oci.image.Reference;

/**
 * Writes images as a tar. Every content goes out as it is kept, once, so digests stay as they are; lists come first, so
 * that whoever reads knows what is to come.
 */
public final class ArchiveWriter {
    /** The annotation by which containerd and Docker know an image's full name. */
    static final String IMAGE_NAME = "io.containerd.image.name";

    private static final int BUFFER = 256 << 10;

    private final Contents contents;
    private final Map<Image, Set<Reference>> images;
    private final ArchiveFormat format;

    private ArchiveWriter(Contents contents, Map<Image, Set<Reference>> images, ArchiveFormat format) {
        this.contents = contents;
        this.images = images;
        this.format = format;
    }

    /**
     * Writes images; nothing is written where one of them is not there or cannot be saved.
     *
     * @param names a name with a tag keeps that one; a repository without a tag stands for all its tags; an id keeps none
     * @param out flushed and not closed
     */
    public static void write(ImageStore store, List<String> names, ArchiveFormat format, OutputStream out) {
        try (Contents contents = store.contents()) {
            Map<Image, Set<Reference>> images = new LinkedHashMap<>();
            for (String name : names) {
                choose(store, name, images);
            }
            images.keySet().forEach(contents::of);
            new ArchiveWriter(contents, images, format).write(new TarWriter(out));
        } catch (IOException e) {
            throw new ImageException(ImageException.Kind.FAILED, "cannot write the archive: " + e.getMessage(), e);
        }
    }

    private static void choose(ImageStore store, String name, Map<Image, Set<Reference>> images) {
        List<Image> family = family(store, name);
        if (family.isEmpty()) {
            Image image = store.resolve(name);
            Set<Reference> kept = images.computeIfAbsent(image, _ -> new java.util.LinkedHashSet<>());
            image.names().stream()
                    .filter(known -> known.digest() == null && matches(known, name))
                    .forEach(kept::add);
            return;
        }
        for (Image image : family) {
            Set<Reference> kept = images.computeIfAbsent(image, _ -> new java.util.LinkedHashSet<>());
            image.names().stream().filter(known -> isTagOf(known, name)).forEach(kept::add);
        }
    }

    private static boolean matches(Reference known, String name) {
        try {
            return known.equals(Reference.parse(name).withDefaultTag());
        } catch (IllegalArgumentException e) { // an id
            return false;
        }
    }

    private static boolean isTagOf(Reference known, String repository) {
        return known.digest() == null
                && known.repository().equals(Reference.parse(repository).repository());
    }

    /** The images with a tag in a repository, where the name is one of a repository. */
    private static List<Image> family(ImageStore store, String name) {
        try {
            Reference reference = Reference.parse(name);
            if (reference.tag() != null || reference.digest() != null) {
                return List.of();
            }
        } catch (IllegalArgumentException e) {
            return List.of();
        }
        return store.list().stream()
                .filter(image -> image.names().stream().anyMatch(known -> isTagOf(known, name)))
                .toList();
    }

    private void write(TarWriter tar) throws IOException {
        file(tar, "oci-layout", ImageJson.write(LayoutMarker.CURRENT));
        file(tar, "index.json", ImageJson.write(index()));
        if (format == ArchiveFormat.DOCKER) {
            file(
                    tar,
                    "manifest.json",
                    ImageJson.writeList(
                            images.entrySet().stream()
                                    .map(entry -> docker(entry.getKey(), entry.getValue()))
                                    .toList(),
                            ArchiveManifest.class));
        }
        Set<String> written = new HashSet<>();
        for (Image image : images.keySet()) {
            for (Descriptor blob : contents.of(image)) {
                if (written.add(blob.digest())) {
                    blob(tar, blob);
                }
            }
        }
        tar.finish();
    }

    private Index index() {
        List<Descriptor> entries = new ArrayList<>();
        images.forEach((image, names) -> {
            Descriptor manifest = contents.of(image).getFirst();
            if (names.isEmpty()) {
                entries.add(manifest);
            }
            for (Reference name : names) {
                entries.add(manifest.withAnnotations(
                        Map.of(IMAGE_NAME, name.toString(), Descriptor.REF_NAME, name.toString())));
            }
        });
        return Index.of(entries);
    }

    private ArchiveManifest docker(Image image, Set<Reference> names) {
        List<Descriptor> all = contents.of(image);
        return new ArchiveManifest(
                path(all.get(1)),
                List.copyOf(names.stream().map(Reference::familiar).toList()),
                List.copyOf(all.subList(2, all.size()).stream()
                        .map(ArchiveWriter::path)
                        .toList()));
    }

    private static String path(Descriptor blob) {
        return "blobs/sha256/" + Digest.parse(blob.digest()).hex();
    }

    private static void file(TarWriter tar, String name, byte[] bytes) throws IOException {
        tar.put(TarEntry.file(name, bytes.length));
        tar.write(bytes, 0, bytes.length);
    }

    private void blob(TarWriter tar, Descriptor blob) throws IOException {
        tar.put(TarEntry.file(path(blob), blob.size()));
        try (InputStream in = contents.open(Digest.parse(blob.digest()))) {
            byte[] buffer = new byte[BUFFER];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                tar.write(buffer, 0, read);
            }
        }
    }
}
