module ondol.network {
    requires static transitive org.jspecify;
    requires ondol.linux;

    exports ondol.network;
}
