package ondol.engine.spec;

import java.util.ArrayDeque;
import java.util.Deque;

/** Paths of a container as texts: they need not exist here. */
final class Paths {
    private Paths() {}

    /** The shortest path of the same meaning, as if there were no symbolic links; a relative path stays one. */
    static String clean(String path) {
        boolean absolute = path.startsWith("/");
        Deque<String> parts = new ArrayDeque<>();
        for (String part : path.split("/")) {
            if (part.equals("..")) {
                if (!parts.isEmpty() && !parts.getLast().equals("..")) {
                    parts.removeLast();
                } else if (!absolute) {
                    parts.add(part);
                }
            } else if (!part.isEmpty() && !part.equals(".")) {
                parts.add(part);
            }
        }
        String joined = String.join("/", parts);
        return absolute ? "/" + joined : joined.isEmpty() ? "." : joined;
    }

    /** How many names a clean absolute path has: 0 for the root. */
    static int depth(String clean) {
        return clean.equals("/") ? 0 : (int) clean.chars().filter(c -> c == '/').count();
    }
}
