package ondol.docker;

/** A daemon in a process of its own, with the tests' engine. */
final class TestDaemon {
    private TestDaemon() {}

    public static void main(String[] args) throws Exception {
        Daemon.run(args, _ -> new ProcessEngine());
    }
}
