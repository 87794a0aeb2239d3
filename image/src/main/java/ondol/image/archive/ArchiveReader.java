package ondol.image.archive;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import ondol.image.Contents;
import ondol.image.Image;
import ondol.image.ImageException;
import ondol.image.ImageStore;
import ondol.image.TarReader;
import ondol.image.Tars;
import ondol.linux.Names;
import ondol.oci.image.ArchiveManifest;
import ondol.oci.image.Descriptor;
import ondol.oci.image.Digest;
import ondol.oci.image.ImageJson;
import ondol.oci.image.Index;
import ondol.oci.image.Manifest;
import ondol.oci.image.MediaTypes;
import ondol.oci.image.Platform;
import ondol.oci.image.Reference;
import org.jspecify.annotations.Nullable;

/**
 * Reads images from a tar, in one pass: layers are laid out as they come by. Understood are the archives of {@code docker
 * save}, old and new, and OCI image layouts; where an archive is both, the layout counts, whose manifests keep their
 * digests.
 */
public final class ArchiveReader {
    private static final String REFERENCE_TYPE = "vnd.docker.reference.type";
    private static final int NESTED = 3;

    private final Contents contents;
    private final Members members;
    private final Platform platform;

    private ArchiveReader(Contents contents, Members members, Platform platform) {
        this.contents = contents;
        this.members = members;
        this.platform = platform;
    }

    /**
     * An image that was loaded.
     *
     * @param names that the archive gives it; empty where it gives none
     */
    public record Loaded(Image image, List<Reference> names) {}

    /**
     * Loads all images of an archive. Where one cannot be, none of it is seen.
     *
     * @param archive plain, or compressed by gzip, zstd or xz; read to its end and not closed
     * @param platform which of an image's platforms to take; null for this machine's
     * @throws ImageException INVALID where it is no archive of images, a damaged or a hostile one
     */
    public static List<Loaded> read(
            ImageStore store, InputStream archive, @Nullable Platform platform, LoadProgress progress) {
        try (Contents contents = store.contents()) {
            InputStream plain = Tars.plain(archive);
            Members members = new Members(contents, progress);
            members.readAll(new TarReader(plain));
            plain.transferTo(OutputStream.nullOutputStream());
            return new ArchiveReader(contents, members, platform == null ? Platform.here() : platform).load();
        } catch (java.util.zip.ZipException | java.io.EOFException e) {
            throw new ImageException(
                    ImageException.Kind.INVALID, "the archive's compression is damaged: " + e.getMessage(), e);
        } catch (IOException e) {
            throw new ImageException(ImageException.Kind.FAILED, "cannot load the archive: " + e.getMessage(), e);
        } catch (IllegalArgumentException e) {
            throw new ImageException(ImageException.Kind.INVALID, "the archive cannot be loaded: " + e.getMessage(), e);
        }
    }

    private List<Loaded> load() throws IOException {
        Map<String, Set<Reference>> names = new LinkedHashMap<>();
        Map<String, Descriptor> found = new LinkedHashMap<>();
        byte[] index = members.list("index.json");
        if (index != null) {
            entries(ImageJson.read(index, Index.class, "index.json"), Set.of(), names, found, NESTED);
        }
        byte[] list = members.list("manifest.json");
        if (list != null) {
            for (ArchiveManifest image : ImageJson.readList(list, ArchiveManifest.class, "manifest.json")) {
                Contents.Received config = members.content(image.config());
                String id = config.blob().digest();
                if (!found.containsKey(id)) {
                    found.put(id, manifest(image, config.blob()));
                }
                Set<Reference> known = names.computeIfAbsent(id, _ -> new LinkedHashSet<>());
                image.names().forEach(name -> known.add(Reference.parse(name).withDefaultTag()));
            }
        }
        if (found.isEmpty()) {
            throw Members.invalid(
                    index == null && list == null
                            ? "it has neither a manifest.json nor an index.json; a tar of a root is for import"
                            : "it has no image for %s/%s".formatted(platform.os(), platform.architecture()));
        }
        List<Contents.Addition> additions = new ArrayList<>();
        found.forEach((id, manifest) ->
                additions.add(new Contents.Addition(manifest, List.copyOf(names.getOrDefault(id, Set.of())))));
        List<Image> images = contents.addAll(additions);
        List<Loaded> loaded = new ArrayList<>();
        for (int i = 0; i < images.size(); i++) {
            loaded.add(new Loaded(images.get(i), additions.get(i).names()));
        }
        return loaded;
    }

    /** Finds the manifests of an index, those of nested ones for this platform only. */
    private void entries(
            Index index,
            Set<Reference> above,
            Map<String, Set<Reference>> names,
            Map<String, Descriptor> found,
            int depth)
            throws IOException {
        if (depth == 0) {
            throw Members.invalid("its lists of images are nested more than %d deep".formatted(NESTED));
        }
        for (Descriptor entry : index.manifests()) {
            if (entry.annotation(REFERENCE_TYPE) != null) {
                continue; // says where an image came from, and is none
            }
            Set<Reference> all = new LinkedHashSet<>(above);
            name(entry).ifPresent(all::add);
            byte[] document = checked(entry);
            if (MediaTypes.isIndex(entry.mediaType())) {
                entries(
                        ImageJson.read(document, Index.class, "the index " + entry.digest()),
                        all,
                        names,
                        found,
                        depth - 1);
            } else if (MediaTypes.isManifest(entry.mediaType()) && isFor(entry.platform())) {
                Manifest manifest = ImageJson.read(document, Manifest.class, "the manifest " + entry.digest());
                String id = manifest.config().digest();
                found.putIfAbsent(id, Descriptor.of(entry.mediaType(), Digest.parse(entry.digest()), entry.size()));
                names.computeIfAbsent(id, _ -> new LinkedHashSet<>()).addAll(all);
            }
        }
    }

    private byte[] checked(Descriptor entry) throws IOException {
        String path = "blobs/" + entry.digest().replace(':', '/');
        byte[] document =
                contents.read(Digest.parse(members.content(path).blob().digest()));
        if (document.length != entry.size()) {
            throw Members.invalid("%s has %d bytes and not the %d that its index says"
                    .formatted(entry.digest(), document.length, entry.size()));
        }
        return document;
    }

    private boolean isFor(@Nullable Platform other) {
        return other == null
                || (other.os().equals(platform.os())
                        && other.architecture().equals(platform.architecture())
                        && (platform.variant() == null
                                || other.variant() == null
                                || platform.variant().equals(other.variant())));
    }

    /** A layout names its images as it likes; what is only a tag names nothing here. */
    private static java.util.Optional<Reference> name(Descriptor entry) {
        String full = entry.annotation(ArchiveWriter.IMAGE_NAME);
        String name = full != null ? full : entry.annotation(Descriptor.REF_NAME);
        if (name == null || (full == null && (name.equals("latest") || name.matches("v?[0-9][0-9.]*.*")))) {
            return java.util.Optional.empty();
        }
        try {
            return java.util.Optional.of(Reference.parse(name).withDefaultTag());
        } catch (IllegalArgumentException e) {
            throw Members.invalid("the name \"%s\" in it is none: %s".formatted(Names.printable(name), e.getMessage()));
        }
    }

    /** Makes the manifest that Docker's own archives do without. */
    private Descriptor manifest(ArchiveManifest image, Descriptor config) throws IOException {
        List<Descriptor> layers = new ArrayList<>();
        for (String path : image.layers()) {
            Contents.Received layer = members.content(path);
            if (layer.diffId() == null) {
                throw Members.invalid("\"%s\" in it is no layer".formatted(Names.printable(path)));
            }
            layers.add(layer.blob());
        }
        Digest id = Digest.parse(config.digest());
        Descriptor typed = Descriptor.of(MediaTypes.CONFIG, id, config.size());
        return contents.write(MediaTypes.MANIFEST, ImageJson.write(Manifest.of(typed, layers, null)));
    }
}
