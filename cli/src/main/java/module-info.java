module ondol.cli {
    requires static org.jspecify;
    requires ondol.docker;
}
