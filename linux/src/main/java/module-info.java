module ondol.linux {
    requires static transitive org.jspecify;
    requires io.avaje.jsonb;

    exports ondol.linux;
    exports ondol.linux.cgroup;
    exports ondol.linux.disk;
    exports ondol.linux.keeper;
    exports ondol.linux.netlink;
    exports ondol.linux.nftables;
    exports ondol.linux.plan;
    exports ondol.linux.seccomp;

    provides io.avaje.jsonb.spi.JsonbExtension with
            ondol.linux.seccomp.SeccompJsonComponent;
}
