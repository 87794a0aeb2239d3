package ondol.cli.command;

/** The version of this command. */
public final class Version {
    /** Its number. */
    public static final String NUMBER = "0.1.0";
    /** The newest version of the Docker Engine API that this client was written for. */
    public static final String API = "1.47";
    /** What it was built from; {@code development} unless a release names it. */
    public static final String BUILD = "development";

    private Version() {}
}
