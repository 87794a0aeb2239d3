module ondol.linux {
    requires static transitive org.jspecify;

    exports ondol.linux;
    exports ondol.linux.cgroup;
}
