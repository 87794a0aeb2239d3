package ondol.image.registry;

import java.util.List;
import ondol.image.ImageException;
import ondol.oci.image.Descriptor;
import ondol.oci.image.MediaTypes;
import ondol.oci.image.Platform;
import org.jspecify.annotations.Nullable;

/** Chooses from an index what runs on a machine. */
final class Platforms {
    private Platforms() {}

    /**
     * Reads {@code os/architecture[/variant]}; a single word is an architecture or {@code linux}.
     *
     * @throws ImageException INVALID for anything else
     */
    static Platform parse(String text) {
        String[] parts = text.split("/", -1);
        for (String part : parts) {
            if (!part.matches("[A-Za-z0-9_.-]+") || parts.length > 3) {
                throw ImageException.invalid(
                        "\"%s\" is an invalid component of \"%s\": platform specifier must be os[/architecture[/variant]]"
                                .formatted(part, ondol.linux.Names.printable(text)));
            }
        }
        if (parts.length == 1) {
            Platform here = Platform.here();
            boolean system = parts[0].equals("linux") || parts[0].equals("windows");
            return system
                    ? new Platform(here.architecture(), parts[0], null, null, here.variant())
                    : new Platform(architecture(parts[0]), "linux", null, null, null);
        }
        return new Platform(architecture(parts[1]), parts[0], null, null, parts.length == 3 ? parts[2] : null);
    }

    private static String architecture(String name) {
        return switch (name) {
            case "x86_64", "x86-64" -> "amd64";
            case "aarch64" -> "arm64";
            default -> name;
        };
    }

    static String text(Platform platform) {
        return platform.os() + "/" + platform.architecture()
                + (platform.variant() == null ? "" : "/" + platform.variant());
    }

    /** The first that fits, of those the one of the wanted variant; null where none fits. */
    static @Nullable Descriptor choose(List<Descriptor> manifests, Platform wanted) {
        Descriptor any = null;
        for (Descriptor manifest : manifests) {
            Platform platform = manifest.platform();
            if (platform == null
                    || !MediaTypes.isManifest(manifest.mediaType())
                    || !wanted.os().equals(platform.os())
                    || !wanted.architecture().equals(platform.architecture())) {
                continue;
            }
            if (java.util.Objects.equals(wanted.variant(), platform.variant())) {
                return manifest;
            }
            boolean plain = platform.variant() == null || wanted.variant() == null;
            any = any == null && plain ? manifest : any;
        }
        return any;
    }
}
