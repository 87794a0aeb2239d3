module ondol.oci {
    requires static transitive org.jspecify;
    requires static io.avaje.recordbuilder;
    requires transitive io.avaje.jsonb;

    exports ondol.oci.image;
    exports ondol.oci.runtime;

    provides io.avaje.jsonb.spi.JsonbExtension with
            ondol.oci.jsonb.GeneratedJsonComponent;
}
