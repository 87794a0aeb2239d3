package ondol.engine.spec;

import java.util.List;

/**
 * Whom the container's process runs as, looked up in the container's own {@code /etc/passwd} and {@code /etc/group}.
 *
 * @param additionalGids as they are in {@code /etc/group} and {@code HostConfig.groupAdd}
 * @param home value of HOME
 */
public record ResolvedUser(long uid, long gid, List<Long> additionalGids, String home) {
    /** Root, where nothing else was said. */
    public static final ResolvedUser ROOT = new ResolvedUser(0, 0, List.of(), "/root");
}
