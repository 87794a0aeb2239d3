package ondol.image;

import java.util.List;
import java.util.regex.Pattern;
import ondol.linux.Names;
import ondol.oci.image.Digest;
import ondol.oci.image.Reference;
import org.jspecify.annotations.Nullable;

/** Finds an image by what a user wrote, as Docker does: full ids first, then names, then beginnings of ids. */
final class Lookup {
    private static final Pattern ID = Pattern.compile("(sha256:)?[0-9a-f]{64}");
    private static final Pattern BEGINNING = Pattern.compile("(sha256:)?[0-9a-f]{1,64}");

    private final Catalog catalog;

    Lookup(Catalog catalog) {
        this.catalog = catalog;
    }

    Catalog.Stored find(String image) {
        if (ID.matcher(image).matches()) {
            Catalog.Stored byId = catalog.byId(new Digest("sha256", image.substring(image.length() - 64)));
            if (byId == null) {
                throw notFound(image);
            }
            return byId;
        }
        boolean beginning = BEGINNING.matcher(image).matches();
        Reference name = reference(image, beginning);
        Catalog.Stored byName = name == null ? null : byName(name);
        if (byName != null) {
            return byName;
        }
        if (beginning) {
            String hex = image.substring(image.indexOf(':') + 1);
            List<Catalog.Stored> found = catalog.byBeginning(hex);
            if (found.size() > 1) {
                throw ImageException.invalid("several images have ids that begin with %s".formatted(hex));
            }
            if (found.size() == 1) {
                return found.getFirst();
            }
        }
        throw notFound(name == null ? image : name.familiar());
    }

    private static @Nullable Reference reference(String image, boolean beginning) {
        try {
            return Reference.parse(image).withDefaultTag();
        } catch (IllegalArgumentException e) {
            if (beginning) {
                return null;
            }
            throw new ImageException(ImageException.Kind.INVALID, String.valueOf(e.getMessage()), e);
        }
    }

    private Catalog.@Nullable Stored byName(Reference name) {
        Catalog.Stored found = catalog.byName(name.toString());
        return found == null && name.digest() != null ? catalog.byManifest(name) : found;
    }

    private static ImageException notFound(String image) {
        return new ImageException(ImageException.Kind.NOT_FOUND, "No such image: " + Names.printable(image));
    }
}
