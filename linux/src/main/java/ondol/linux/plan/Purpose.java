package ondol.linux.plan;

/** What a step is for: the three things that Linux makes containers from, and what goes with them. */
public enum Purpose {
    /** A root of one's own: mounts, {@code pivot_root}, what lies in /dev. */
    ROOT,
    /** Names of one's own. */
    NAMESPACE,
    /** What may be used: control groups, resource limits. */
    LIMIT,
    /** What may be done: capabilities, seccomp, users. */
    RIGHTS,
    /** The process itself: its streams, its folder, its command. */
    PROCESS
}
