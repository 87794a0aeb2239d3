package ondol.engine.view;

import static ondol.engine.view.TenantView.denied;

import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import ondol.engine.Engine;
import ondol.engine.EngineException;
import ondol.engine.Images;
import ondol.engine.TransferProgress;
import ondol.oci.image.Reference;
import org.jspecify.annotations.Nullable;

/**
 * The images of one tenant: those that have a name of its own. What its users call {@code debian:12} is {@code
 * tenant.ondol/NAME/docker.io/library/debian:12} in the engine, so one tenant's names are never another's; layers and
 * content are shared all the same. The image {@code host} is the machine itself, and nobody's.
 */
final class OwnImages implements Images {
    private static final String DOMAIN = "tenant.ondol";

    private final Engine engine;
    private final String prefix;

    OwnImages(Engine engine, String tenant) {
        this.engine = engine;
        this.prefix = DOMAIN + "/" + tenant + "/";
    }

    private Images images() {
        return engine.images();
    }

    // Names

    /** The engine's name for what the tenant's users call so. A port's colon may not stand in a path. */
    String internal(String name) {
        Reference parsed;
        try {
            parsed = Reference.parse(name);
        } catch (RuntimeException e) {
            throw new EngineException(EngineException.Kind.INVALID, e.getMessage(), e);
        }
        if (parsed.digest() != null) {
            return prefix + parsed.repository().replace(":", "__") + "@" + parsed.digest();
        }
        String full = parsed.withDefaultTag().toString();
        int slash = full.indexOf('/');
        return prefix + full.substring(0, slash).replace(":", "__") + full.substring(slash);
    }

    boolean isInternal(String name) {
        return name.startsWith(prefix);
    }

    /** What the tenant's users call it; other texts, such as ids, stay. */
    String shown(String name) {
        if (!isInternal(name)) {
            return name;
        }
        String full = name.substring(prefix.length());
        int slash = full.indexOf('/');
        String domain = full.substring(0, Math.max(0, slash)).replace("__", ":");
        return Reference.parse(domain + full.substring(Math.max(0, slash))).familiar();
    }

    /**
     * What the engine takes for an own image: its name or its id.
     *
     * @throws EngineException {@code NOT_FOUND} also where it is another's
     */
    String own(String image) {
        Optional<ImageDetails> named = Optional.empty();
        try {
            named = find(internal(image));
        } catch (EngineException e) {
            // it may be an id all the same
        }
        if (named.isPresent()) {
            return internal(image);
        }
        return byId(image).map(ImageDetails::id).orElseThrow(() -> EngineException.notFound("No such image: " + image));
    }

    private Optional<ImageDetails> byId(String image) {
        String hex = image.startsWith("sha256:") ? image.substring("sha256:".length()) : image;
        if (!hex.matches("[0-9a-f]{4,64}")) {
            return Optional.empty();
        }
        List<ImageDetails> fits = images().list().stream()
                .filter(each -> each.id().startsWith("sha256:" + hex) && isOwn(each))
                .toList();
        return fits.size() == 1 ? Optional.of(fits.getFirst()) : Optional.empty();
    }

    private Optional<ImageDetails> find(String internal) {
        try {
            return Optional.of(images().inspect(internal));
        } catch (EngineException e) {
            if (e.kind() == EngineException.Kind.NOT_FOUND) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private boolean isOwn(ImageDetails image) {
        return image.names().stream().anyMatch(this::isInternal);
    }

    private ImageDetails shown(ImageDetails image) {
        return new ImageDetails(
                image.id(),
                image.names().stream().filter(this::isInternal).map(this::shown).toList(),
                List.of(),
                image.parent(),
                image.created(),
                image.tagged(),
                image.author(),
                image.comment(),
                image.architecture(),
                image.variant(),
                image.os(),
                image.size(),
                image.config(),
                image.layers());
    }

    // What is asked

    @Override
    public List<ImageDetails> list() {
        return images().list().stream().filter(this::isOwn).map(this::shown).toList();
    }

    @Override
    public ImageDetails inspect(String image) {
        return shown(images().inspect(own(image)));
    }

    @Override
    public List<HistoryStep> history(String image) {
        List<HistoryStep> steps = new ArrayList<>();
        for (HistoryStep step : images().history(own(image))) {
            List<String> tags = step.tags().stream()
                    .filter(this::isInternal)
                    .map(this::shown)
                    .toList();
            steps.add(new HistoryStep(step.id(), step.created(), step.createdBy(), tags, step.size(), step.comment()));
        }
        return steps;
    }

    @Override
    public void tag(String image, String reference) {
        images().tag(own(image), internal(reference));
    }

    @Override
    public List<Removal> remove(String image, boolean force, boolean parents) {
        String own = own(image);
        List<String> names = isInternal(own)
                ? List.of(own)
                : images().inspect(own).names().stream()
                        .filter(this::isInternal)
                        .toList();
        if (names.size() > 1 && !force) {
            throw EngineException.conflict(
                    "unable to delete %s (must be forced) - image is referenced in multiple repositories"
                            .formatted(image));
        }
        List<Removal> done = new ArrayList<>();
        for (String name : names) {
            for (Removal removal : images().remove(name, false, parents)) {
                String untagged = removal.untagged();
                if (untagged == null || isInternal(untagged)) {
                    done.add(new Removal(untagged == null ? null : shown(untagged), removal.deleted()));
                }
            }
        }
        return done;
    }

    @Override
    public String importTar(
            InputStream tar, @Nullable String reference, @Nullable String message, List<String> changes) {
        return images().importTar(tar, imported(reference), message, changes);
    }

    @Override
    public String importFrom(
            String address,
            @Nullable String reference,
            @Nullable String message,
            List<String> changes,
            TransferProgress progress) {
        return images().importFrom(address, imported(reference), message, changes, progress);
    }

    private String imported(@Nullable String reference) {
        if (reference == null || reference.isEmpty()) {
            throw EngineException.invalid("import: give the image a name: a tenant's images are found by their names");
        }
        return internal(reference);
    }

    @Override
    public String importFolder(Path folder, @Nullable String reference) {
        throw denied("an image from the machine's folder " + folder);
    }

    @Override
    public void save(List<String> names, String format, OutputStream tar) {
        List<String> ids = new ArrayList<>();
        for (String name : names) {
            ids.add(images().inspect(own(name)).id());
        }
        images().save(ids, format, tar);
    }

    @Override
    public List<Loaded> load(InputStream tar, LoadProgress progress) {
        throw new EngineException(
                EngineException.Kind.UNSUPPORTED,
                "a tenant's users cannot load archives, which name their images themselves: use import or pull");
    }

    @Override
    public byte[] manifest(String image) {
        return images().manifest(own(image));
    }

    @Override
    public Map<String, Long> sharedSizes() {
        Map<String, Long> sizes = new HashMap<>();
        Map<String, Long> all = images().sharedSizes();
        for (ImageDetails image : list()) {
            Long size = all.get(image.id());
            if (size != null) {
                sizes.put(image.id(), size);
            }
        }
        return sizes;
    }

    @Override
    public List<String> folders(String image) {
        return images().folders(own(image));
    }

    @Override
    public Check check() {
        throw denied("system check");
    }

    /** Of the own images; layers that they share are counted more than once. */
    @Override
    public long layersSize() {
        return list().stream().mapToLong(ImageDetails::size).sum();
    }
}
