module ondol.oci {
    requires static transitive org.jspecify;
    requires transitive io.avaje.jsonb;

    exports ondol.oci.image;

    provides io.avaje.jsonb.spi.JsonbExtension with
            ondol.oci.image.jsonb.GeneratedJsonComponent;
}
