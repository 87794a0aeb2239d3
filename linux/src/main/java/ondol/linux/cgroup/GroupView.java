package ondol.linux.cgroup;

import org.jspecify.annotations.Nullable;

/** What a group that is about to get limits shows of itself: enough to translate limits into writes. */
interface GroupView {
    /** Whether the controller's group is in the unified hierarchy. */
    boolean v2(Controller controller);

    /** Whether the controller's group has this file. */
    boolean has(Controller controller, String file);

    /** The file's content without the line's end; null where there is no such file. */
    @Nullable
    String read(Controller controller, String file);
}
