module ondol.network {
    requires static transitive org.jspecify;
    requires ondol.linux;
    requires org.dnsjava;

    exports ondol.network;
    exports ondol.network.dns;
    exports ondol.network.egress;
    exports ondol.network.hostrules;
    exports ondol.network.rate;
}
