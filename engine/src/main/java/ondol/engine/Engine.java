package ondol.engine;

/**
 * A container engine on one root folder of this machine. One process at a time has a root open; the containers go on
 * running when it is closed, and when it is killed, and the next engine on that root finds them as it left them.
 *
 * <p>Every method may be called by any thread. A method that takes a {@code container}, {@code image} or {@code volume}
 * takes its name, its id or an unambiguous beginning of the id. What goes wrong is an {@link EngineException}, whose
 * message is one sentence for the user.
 */
public interface Engine extends AutoCloseable {
    Containers containers();

    Execs execs();

    Images images();

    Registries registries();

    Builds builds();

    Volumes volumes();

    Tenants tenants();

    Meter meter();

    Networks networks();

    Events events();

    /** What this engine and its machine are, as counted now. */
    EngineInfo info();

    /**
     * This engine as a user of its socket sees it: all of it, or, with {@link EngineOptions#restrictUsers} and for a user who
     * is not root, only what is the tenant's that has the user in its list.
     *
     * @param user name or number
     * @throws EngineException {@code DENIED} where users are restricted and this one belongs to no tenant
     */
    Engine asUser(String user);

    /** Lets go of the root. Containers go on. */
    @Override
    void close();
}
