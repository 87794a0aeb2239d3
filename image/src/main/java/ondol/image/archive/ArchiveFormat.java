package ondol.image.archive;

import ondol.image.ImageException;

/** What an archive of images looks like. */
public enum ArchiveFormat {
    /** An OCI image layout with Docker's {@code manifest.json} beside it, which tools for either take. */
    DOCKER,
    /** An OCI image layout alone. */
    OCI;

    /** @throws ImageException INVALID for another word than {@code docker-archive} and {@code oci-archive} */
    public static ArchiveFormat parse(String word) {
        return switch (word) {
            case "docker-archive" -> DOCKER;
            case "oci-archive" -> OCI;
            default ->
                throw new ImageException(
                        ImageException.Kind.INVALID,
                        "there is no archive format \"%s\": use docker-archive or oci-archive"
                                .formatted(ondol.linux.Names.printable(word)));
        };
    }
}
