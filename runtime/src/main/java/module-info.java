module ondol.runtime {
    requires static transitive org.jspecify;
    requires transitive ondol.linux;
    requires transitive ondol.oci;

    exports ondol.runtime;
}
