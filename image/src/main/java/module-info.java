module ondol.image {
    requires static transitive org.jspecify;
    requires ondol.linux;
    requires transitive ondol.oci;
}
