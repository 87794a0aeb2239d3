module ondol.image {
    requires static transitive org.jspecify;
    requires transitive ondol.linux;
    requires transitive ondol.oci;
    requires com.github.luben.zstd_jni;
    requires org.tukaani.xz;
    requires java.net.http;

    exports ondol.image;
    exports ondol.image.registry;
    exports ondol.image.archive;
    exports ondol.image.dockerfile;
    exports ondol.image.tls;

    provides io.avaje.jsonb.spi.JsonbExtension with
            ondol.image.ImageJsonComponent;
}
