package ondol.image;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import ondol.oci.image.Digest;
import ondol.oci.image.Reference;
import org.jspecify.annotations.Nullable;

/** Removes names and images by Docker's rules, on a catalog that is not yet saved. */
final class Removals {
    private final boolean force;
    private final boolean parents;
    private final ImageUsers users;
    private final Supplier<Set<String>> held;
    private final List<ImageStore.Removal> done = new ArrayList<>();
    private Catalog catalog;

    /**
     * @param parents whether what a build made on its way goes with the last image that was made of it
     * @param held names of the layer folders that containers stand on
     */
    Removals(Catalog catalog, boolean force, boolean parents, ImageUsers users, Supplier<Set<String>> held) {
        this.catalog = catalog;
        this.force = force;
        this.parents = parents;
        this.users = users;
        this.held = held;
    }

    Catalog catalog() {
        return catalog;
    }

    List<ImageStore.Removal> done() {
        return List.copyOf(done);
    }

    /** @param byId whether the image was named by its id or a beginning of it */
    void remove(Catalog.Stored stored, String written, boolean byId) {
        Image image = stored.image();
        if (!byId) {
            byName(stored, written);
        } else {
            boolean oneRepository =
                    image.names().stream().map(Reference::repository).distinct().count() <= 1;
            boolean oneTag = image.tags().size() <= 1 && oneRepository;
            if (!oneTag && !force) {
                throw conflict(image, "must be forced", "image is referenced in multiple repositories");
            }
            check(image);
            image.names().forEach(this::untagged);
            delete(image);
        }
    }

    private void byName(Catalog.Stored stored, String written) {
        Image image = stored.image();
        Reference name = Reference.parse(written).withDefaultTag();
        List<Reference> left = new ArrayList<>(image.names());
        boolean one = image.tags().size() <= 1;
        List<ImageUsers.User> using = users.of(image.id().toString());
        if (one && !force && !using.isEmpty()) {
            throw new ImageException(
                    ImageException.Kind.CONFLICT,
                    "conflict: unable to remove repository reference \"%s\" (must force) - container %s is using its referenced image %s"
                            .formatted(
                                    written,
                                    brief(using.getFirst().containerId()),
                                    image.id().brief()));
        }
        if (!left.remove(name)) {
            // a repository with the digest of the manifest, which is no name of its own
            left.clear();
            image.names().forEach(this::untagged);
        } else {
            untagged(name);
            // digests go with the last tag of their repository
            if (left.stream()
                    .noneMatch(n -> n.digest() == null && n.repository().equals(name.repository()))) {
                left.stream()
                        .filter(n -> n.repository().equals(name.repository()))
                        .forEach(this::untagged);
                left.removeIf(n -> n.repository().equals(name.repository()));
            }
        }
        boolean running = using.stream().anyMatch(ImageUsers.User::running);
        if (!left.isEmpty() || running) {
            catalog = catalog.with(Catalog.renamed(stored, left));
        } else {
            delete(image);
        }
    }

    private void untagged(Reference name) {
        done.add(new ImageStore.Removal(name.familiar(), null));
    }

    private void check(Image image) {
        for (ImageUsers.User user : users.of(image.id().toString())) {
            if (user.running()) {
                throw conflict(
                        image,
                        "cannot be forced",
                        "image is being used by running container " + brief(user.containerId()));
            }
            if (!force) {
                throw conflict(
                        image,
                        "must be forced",
                        "image is being used by stopped container " + brief(user.containerId()));
            }
        }
    }

    private static ImageException conflict(Image image, String how, String why) {
        return new ImageException(
                ImageException.Kind.CONFLICT,
                "conflict: unable to delete %s (%s) - %s".formatted(image.id().brief(), how, why));
    }

    private static String brief(String id) {
        return id.length() > 12 ? id.substring(0, 12) : id;
    }

    private void delete(Image image) {
        catalog = catalog.without(image);
        done.add(new ImageStore.Removal(null, image.id().toString()));
        Set<Digest> kept = catalog.diffIds();
        Set<String> names = new HashSet<>(held.get());
        List<String> chain = image.chainIds();
        for (int i = image.layers().size() - 1; i >= 0; i--) {
            Layer layer = image.layers().get(i);
            if (kept.contains(layer.diffId()) || layer.host() || names.contains(LayerStore.name(layer))) {
                break;
            }
            done.add(new ImageStore.Removal(null, chain.get(i)));
        }
        if (parents) {
            deleteParent(image.parent());
        }
    }

    private void deleteParent(@Nullable String id) {
        Catalog.Stored parent = id == null ? null : catalog.byId(Digest.parse(id));
        if (parent == null
                || parent.manifest() == null
                || !parent.image().names().isEmpty()
                || !users.of(parent.image().id().toString()).isEmpty()
                || catalog.all().stream()
                        .anyMatch(other -> parent.image()
                                .id()
                                .toString()
                                .equals(other.image().parent()))) {
            return;
        }
        delete(parent.image());
    }
}
