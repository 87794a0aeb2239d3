package ondol.linux.cgroup;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import ondol.linux.Call;
import ondol.linux.Errno;
import ondol.linux.Kernel;
import ondol.linux.KernelException;

/** The processes of a group's directory and of the directories below it. */
final class GroupProcesses {
    private static final int SIGKILL = 9;

    private GroupProcesses() {}

    static List<Integer> below(String directory) {
        List<Integer> pids = new ArrayList<>();
        for (String each : directories(directory)) {
            pids.addAll(in(each));
        }
        return pids;
    }

    /** How many threads there are, in groups below too. */
    static long threads(String directory) {
        long count = 0;
        for (String each : directories(directory)) {
            String content = GroupFiles.readOrNull(each + "/cgroup.threads");
            count += content == null ? 0 : content.lines().count();
        }
        return count;
    }

    private static List<Integer> in(String directory) {
        String content;
        try {
            content = GroupFiles.readOrNull(directory + "/cgroup.procs");
        } catch (KernelException e) {
            if (e.errno() == Errno.ENOTSUP) {
                return List.of(); // a threaded v2 group: its processes are listed above it
            }
            throw e;
        }
        // 0 is a process of a pid namespace that we do not see into
        return content == null
                ? List.of()
                : content.lines().map(Integer::valueOf).filter(pid -> pid > 0).toList();
    }

    /** The directory itself and those below it, parents first. */
    static List<String> directories(String top) {
        List<String> found = new ArrayList<>();
        Deque<String> open = new ArrayDeque<>(List.of(top));
        while (!open.isEmpty()) {
            String directory = open.poll();
            found.add(directory);
            if (!GroupFiles.hasChildren(directory)) {
                continue; // as nearly always: listing looks at each of the many files
            }
            try (DirectoryStream<Path> entries = Files.newDirectoryStream(Path.of(directory), Files::isDirectory)) {
                entries.forEach(entry -> open.add(entry.toString()));
            } catch (IOException | DirectoryIteratorException e) {
                // gone meanwhile: then it has no processes either
                continue;
            }
        }
        return found;
    }

    /** Sends SIGKILL to each process, and to none of ours. */
    static void signal(String directory) {
        long self = ProcessHandle.current().pid();
        for (int pid : below(directory)) {
            if (pid > 1 && pid != self) {
                // one that ended meanwhile is what we want
                Kernel.raw(Call.KILL, pid, SIGKILL);
            }
        }
    }
}
