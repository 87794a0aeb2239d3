package ondol.cli.verb;

import ondol.cli.command.Cli;

/** Names of images in paths and queries. */
final class ImageName {
    private ImageName() {}

    /** A name as one part of a path; its slashes stay. */
    static String path(String name) {
        return Cli.encode(name).replace("%2F", "/").replace("%3A", ":").replace("%40", "@");
    }

    /** A name as {@code repo=…&tag=…}. */
    static String repoAndTag(String name) {
        int colon = name.lastIndexOf(':');
        boolean tagged = colon > name.lastIndexOf('/') && name.indexOf('@') < 0;
        String repo = tagged ? name.substring(0, colon) : name;
        return "repo=" + Cli.encode(repo) + "&tag=" + (tagged ? Cli.encode(name.substring(colon + 1)) : "latest");
    }
}
