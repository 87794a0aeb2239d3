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

    /** Whether a name says which image of its repository is meant. */
    static boolean hasTagOrDigest(String name) {
        return name.indexOf('@') >= 0 || name.lastIndexOf(':') > name.lastIndexOf('/');
    }

    /** A name with the tag {@code latest} where it has neither tag nor digest. */
    static String tagged(String name) {
        return hasTagOrDigest(name) ? name : name + ":latest";
    }

    /** A name without its tag. */
    static String untagged(String name) {
        int colon = name.lastIndexOf(':');
        return colon > name.lastIndexOf('/') && name.indexOf('@') < 0 ? name.substring(0, colon) : name;
    }

    /** The registry that a name is in. */
    static String domain(String name) {
        int slash = name.indexOf('/');
        String first = slash < 0 ? "" : name.substring(0, slash);
        boolean domain = first.indexOf('.') >= 0 || first.indexOf(':') >= 0 || first.equals("localhost");
        return domain && !first.equals("index.docker.io") ? first : "docker.io";
    }

    /** A name with its registry. */
    static String full(String name) {
        int slash = name.indexOf('/');
        String domain = domain(name);
        boolean named = slash >= 0 && (name.startsWith(domain + "/") || name.startsWith("index.docker.io/"));
        String rest = named ? name.substring(slash + 1) : name;
        return domain + "/" + (domain.equals("docker.io") && rest.indexOf('/') < 0 ? "library/" : "") + rest;
    }

    /** The host of a registry's address. */
    static String host(String address) {
        String rest = address.replaceFirst("^https?://", "");
        int slash = rest.indexOf('/');
        return slash < 0 ? rest : rest.substring(0, slash);
    }
}
