module ondol.oci {
    requires static transitive org.jspecify;
}
