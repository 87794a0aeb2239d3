module ondol.engine {
    requires static transitive org.jspecify;
    requires ondol.linux;
    requires ondol.oci;
    requires ondol.image;
    requires ondol.runtime;
    requires ondol.network;
    requires java.net.http;
    requires static io.avaje.recordbuilder;
    requires transitive io.avaje.jsonb;

    exports ondol.engine;

    provides io.avaje.jsonb.spi.JsonbExtension with
            ondol.engine.jsonb.GeneratedJsonComponent;
}
