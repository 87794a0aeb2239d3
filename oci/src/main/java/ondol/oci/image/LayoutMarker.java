package ondol.oci.image;

import io.avaje.jsonb.Json;

/** The file {@code oci-layout}, which says that a folder is an OCI image layout. */
@Json
public record LayoutMarker(String imageLayoutVersion) {
    /** The version of every layout so far. */
    public static final LayoutMarker CURRENT = new LayoutMarker("1.0.0");
}
