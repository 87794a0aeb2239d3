package ondol.oci.image;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The name of an image, in Docker's grammar: {@code [domain[:port]/]path[:tag][@digest]}. Names are kept in full;
 * {@link #familiar} gives the short form that people write.
 *
 * @param domain such as {@code docker.io} or {@code localhost:5000}
 * @param path such as {@code library/busybox}
 */
public record Reference(
        String domain,
        String path,
        @Nullable String tag,
        @Nullable Digest digest) {
    private static final String DEFAULT_DOMAIN = "docker.io";
    private static final String LEGACY_DOMAIN = "index.docker.io";
    private static final String OFFICIAL = "library/";
    private static final String DEFAULT_TAG = "latest";
    private static final int LONGEST_NAME = 255;
    private static final int LONGEST_TEXT = 4096;

    private static final Pattern DOMAIN = Pattern.compile(
            "(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*+(?<=[a-zA-Z0-9]))?+(?:\\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*+(?<=[a-zA-Z0-9]))?+)*+"
                    + "|\\[[a-fA-F0-9:]++])(?::[0-9]++)?+");
    private static final Pattern PATH = Pattern.compile(
            "[a-z0-9]++(?:(?:\\.|__|_|-++)[a-z0-9]++)*+(?:/[a-z0-9]++(?:(?:\\.|__|_|-++)[a-z0-9]++)*+)*+");
    private static final Pattern TAG = Pattern.compile("\\w[\\w.-]{0,127}+");
    private static final Pattern ID = Pattern.compile("[a-f0-9]{64}");
    private static final Pattern PARTS = Pattern.compile("(?<name>[^@]*?)(?::(?<tag>[^:/@]*))?(?:@(?<digest>.*))?");

    /**
     * Reads a name as people write it: {@code busybox} is {@code docker.io/library/busybox}. No tag is added.
     *
     * @throws IllegalArgumentException with Docker's words, such as {@code invalid reference format}
     */
    public static Reference parse(String text) {
        if (text.length() > LONGEST_TEXT) {
            throw new IllegalArgumentException("invalid reference format");
        }
        if (ID.matcher(text).matches()) {
            throw new IllegalArgumentException(
                    "invalid repository name (%s), cannot specify 64-byte hexadecimal strings".formatted(text));
        }
        int slash = text.indexOf('/');
        String first = slash < 0 ? "" : text.substring(0, slash);
        boolean hasDomain = slash >= 0
                && (first.indexOf('.') >= 0
                        || first.indexOf(':') >= 0
                        || first.equals("localhost")
                        || !first.equals(first.toLowerCase(Locale.ROOT)));
        String domain = hasDomain && !first.equals(LEGACY_DOMAIN) ? first : DEFAULT_DOMAIN;
        String rest = hasDomain ? text.substring(slash + 1) : text;
        if (domain.equals(DEFAULT_DOMAIN) && rest.indexOf('/') < 0) {
            rest = OFFICIAL + rest;
        }
        return parse(domain, rest);
    }

    private static Reference parse(String domain, String rest) {
        Matcher parts = PARTS.matcher(rest);
        if (!parts.matches()) {
            throw new IllegalArgumentException("invalid reference format");
        }
        String path = parts.group("name");
        if (!path.equals(path.toLowerCase(Locale.ROOT))) {
            throw new IllegalArgumentException(
                    "invalid reference format: repository name (%s) must be lowercase".formatted(path));
        }
        String tag = parts.group("tag");
        String digest = parts.group("digest");
        if (!DOMAIN.matcher(domain).matches()
                || !PATH.matcher(path).matches()
                || (tag != null && !TAG.matcher(tag).matches())) {
            throw new IllegalArgumentException("invalid reference format");
        }
        if (domain.length() + 1 + path.length() > LONGEST_NAME) {
            throw new IllegalArgumentException("repository name must not be more than 255 characters");
        }
        return new Reference(domain, path, tag, digest == null ? null : digest(digest));
    }

    private static Digest digest(String text) {
        try {
            return Digest.parse(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("invalid reference format", e);
        }
    }

    /** The same, with the tag {@code latest} where it has neither tag nor digest. */
    public Reference withDefaultTag() {
        return tag == null && digest == null ? new Reference(domain, path, DEFAULT_TAG, null) : this;
    }

    /** The same repository with another tag and no digest. */
    public Reference withTag(String tag) {
        if (!TAG.matcher(tag).matches()) {
            throw new IllegalArgumentException("invalid tag format");
        }
        return new Reference(domain, path, tag, null);
    }

    /** The same repository with a digest and no tag. */
    public Reference withDigest(Digest digest) {
        return new Reference(domain, path, null, digest);
    }

    /** Domain and path: {@code docker.io/library/busybox}. */
    public String repository() {
        return domain + "/" + path;
    }

    /** {@link #repository} as people write it: {@code busybox}. */
    public String familiarRepository() {
        if (!domain.equals(DEFAULT_DOMAIN)) {
            return repository();
        }
        boolean official = path.startsWith(OFFICIAL) && path.indexOf('/', OFFICIAL.length()) < 0;
        return official ? path.substring(OFFICIAL.length()) : path;
    }

    /** The whole as people write it: {@code busybox:latest}. */
    public String familiar() {
        return familiarRepository() + suffix();
    }

    private String suffix() {
        return (tag == null ? "" : ":" + tag) + (digest == null ? "" : "@" + digest);
    }

    /** The whole in full: {@code docker.io/library/busybox:latest}. */
    @Override
    public String toString() {
        return repository() + suffix();
    }
}
