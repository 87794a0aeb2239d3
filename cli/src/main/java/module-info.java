/** The command {@code ondol}: a client of the Docker Engine API, and the way into the engine's own process. */
module ondol.cli {
    requires static org.jspecify;
    requires ondol.docker;
    requires ondol.image; // how a .dockerignore is read
    requires ondol.linux;
    requires jdk.unsupported;
}
