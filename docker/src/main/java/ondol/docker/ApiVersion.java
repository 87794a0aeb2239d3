package ondol.docker;

import ondol.engine.EngineException;

/** A version of Docker's Engine API, as in {@code /v1.44/containers/json}. */
record ApiVersion(int major, int minor) implements Comparable<ApiVersion> {
    static final ApiVersion OLDEST = new ApiVersion(1, 24);
    static final ApiVersion NEWEST = new ApiVersion(1, 51);

    /** The Docker whose API this is: clients such as Testcontainers go by an engine's version for what it can do. */
    static final String DOCKER = "28.3.0";

    /**
     * The version that a path segment such as {@code v1.44} names.
     *
     * @throws EngineException {@code INVALID} for a version that is not spoken here
     */
    static ApiVersion parse(String segment) {
        int dot = segment.indexOf('.');
        ApiVersion version = new ApiVersion(
                Integer.parseInt(segment, 1, dot, 10), Integer.parseInt(segment, dot + 1, segment.length(), 10));
        if (version.compareTo(OLDEST) < 0) {
            throw EngineException.invalid("client version " + version + " is too old. Minimum supported API version is "
                    + OLDEST + ", please upgrade your client to a newer version");
        }
        if (version.compareTo(NEWEST) > 0) {
            throw EngineException.invalid(
                    "client version " + version + " is too new. Maximum supported API version is " + NEWEST);
        }
        return version;
    }

    /** Whether a path segment looks like a version. */
    static boolean looksLike(String segment) {
        int dot = segment.indexOf('.');
        return segment.length() <= 10
                && segment.startsWith("v")
                && dot > 1
                && dot < segment.length() - 1
                && digits(segment, 1, dot)
                && digits(segment, dot + 1, segment.length());
    }

    private static boolean digits(String text, int from, int to) {
        return to - from <= 4 && text.substring(from, to).chars().allMatch(c -> c >= '0' && c <= '9');
    }

    boolean atLeast(int minorVersion) {
        return minor >= minorVersion;
    }

    @Override
    public int compareTo(ApiVersion other) {
        return major != other.major ? Integer.compare(major, other.major) : Integer.compare(minor, other.minor);
    }

    @Override
    public String toString() {
        return major + "." + minor;
    }
}
