module ondol.docker {
    requires static transitive org.jspecify;
    requires ondol.engine;
}
