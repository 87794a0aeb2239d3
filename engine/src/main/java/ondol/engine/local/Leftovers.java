package ondol.engine.local;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import ondol.engine.EngineException;
import ondol.linux.cgroup.Cgroup;
import ondol.linux.cgroup.CgroupTree;
import ondol.linux.cgroup.Hierarchies;
import ondol.linux.netlink.Link;
import ondol.linux.netlink.Links;
import ondol.linux.netlink.NetlinkSocket;
import ondol.linux.nftables.Nftables;
import ondol.linux.nftables.Table;
import ondol.linux.nftables.Transaction;
import ondol.network.DockerUser;

/**
 * What engines that have ended left on the machine, for when their data are gone too and no engine will come and clear up:
 * tables of nf_tables, chains among Docker's, bridges and control groups that have the first eight digits of an engine's id
 * in their names. What belongs to an engine that runs stays, and so does a group in which something runs. An engine that
 * comes back makes anew what it needs.
 */
final class Leftovers {
    private static final Pattern TABLE = Pattern.compile("ondol-([0-9a-f]{8})(-.*)?");
    private static final Pattern BRIDGE = Pattern.compile("on([0-9a-f]{8})0");
    private static final Pattern GROUP = Pattern.compile("ondol-([0-9a-f]{8})");
    private static final String LOCK = "/lock";
    private static final int SHORT_ID = 8;

    private final boolean remove;
    private Set<String> running = Set.of();
    private final SortedMap<String, List<String>> found = new TreeMap<>();
    private final Set<String> busy = new HashSet<>();

    private Leftovers(boolean remove) {
        this.remove = remove;
    }

    /**
     * Finds all of it.
     *
     * @param remove whether to remove it
     * @return a sentence for each
     * @throws EngineException {@code CONFLICT} where an engine runs whose data are gone
     */
    static List<String> clean(boolean remove) {
        Leftovers all = new Leftovers(remove);
        try (CgroupTree tree = new CgroupTree(Hierarchies.detect());
                NetlinkSocket socket = NetlinkSocket.open();
                Nftables nftables = Nftables.refusal().isEmpty() ? Nftables.open() : null) {
            Set<String> groups = tree.children("/");
            Links links = new Links(socket);
            List<Link> devices = links.list();
            List<Table> tables = nftables == null ? List.of() : nftables.tables();
            Map<String, List<String>> passes = nftables == null ? Map.of() : DockerUser.all(nftables);
            // Only now: an engine takes its lock before it makes anything, so what was found and has none is dead.
            all.running = running();
            all.groups(tree, groups);
            all.bridges(links, devices);
            if (nftables != null) {
                all.tables(nftables, tables);
                all.passes(nftables, passes);
            }
        }
        return all.found.values().stream().flatMap(List::stream).toList();
    }

    private boolean isDead(String id) {
        return !running.contains(id) && !busy.contains(id);
    }

    private void say(String id, String what) {
        found.computeIfAbsent(id, _ -> new ArrayList<>()).add(what);
    }

    private void groups(CgroupTree tree, Set<String> names) {
        for (String name : names) {
            Matcher matcher = GROUP.matcher(name);
            if (!matcher.matches() || !isDead(matcher.group(1))) {
                continue;
            }
            if (isPopulated(tree, "/" + name)) {
                busy.add(matcher.group(1));
                say(
                        matcher.group(1),
                        "control group /%s: something runs in it, so this engine's things stay".formatted(name));
                continue;
            }
            if (remove) {
                prune(tree, "/" + name);
            }
            say(matcher.group(1), "control group /" + name);
        }
    }

    private static boolean isPopulated(CgroupTree tree, String path) {
        return tree.open(path).map(Cgroup::isPopulated).orElse(false)
                || tree.children(path).stream().anyMatch(child -> isPopulated(tree, path + "/" + child));
    }

    private static void prune(CgroupTree tree, String path) {
        tree.children(path).forEach(child -> prune(tree, path + "/" + child));
        tree.prune(path);
    }

    private void bridges(Links links, List<Link> devices) {
        for (Link link : devices) {
            Matcher matcher = BRIDGE.matcher(link.name());
            if (link.kind().equals("bridge")
                    && matcher.matches()
                    && isDead(matcher.group(1))
                    && links.ports(link.index()).isEmpty()) {
                if (remove) {
                    links.delete(link.index());
                }
                say(matcher.group(1), "bridge " + link.name());
            }
        }
    }

    private void tables(Nftables nftables, List<Table> tables) {
        for (Table table : tables) {
            Matcher matcher = TABLE.matcher(table.name());
            if (matcher.matches() && isDead(matcher.group(1))) {
                if (remove) {
                    nftables.apply(new Transaction().deleteTable(table));
                }
                say(matcher.group(1), "table " + table);
            }
        }
    }

    /** Chains of ours among Docker's. */
    private void passes(Nftables nftables, Map<String, List<String>> chains) {
        chains.forEach((engine, names) -> {
            Matcher matcher = TABLE.matcher(engine);
            if (matcher.matches() && isDead(matcher.group(1))) {
                if (remove) {
                    DockerUser.remove(nftables, engine);
                }
                names.forEach(name -> say(matcher.group(1), "chain " + name));
            }
        });
    }

    /** How the ids of engines begin that run: those whose lock some process has open. */
    static Set<String> running() {
        Set<String> ids = new HashSet<>();
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : processes) {
                locks(process, ids);
            }
        } catch (IOException e) {
            throw new EngineException(EngineException.Kind.FAILED, "cannot list processes: " + e.getMessage(), e);
        }
        return ids;
    }

    private static void locks(Path process, Set<String> ids) {
        try (DirectoryStream<Path> open = Files.newDirectoryStream(process.resolve("fd"))) {
            for (Path descriptor : open) {
                lock(process, descriptor, ids);
            }
        } catch (IOException | DirectoryIteratorException e) {
            // it has ended meanwhile
        }
    }

    private static void lock(Path process, Path descriptor, Set<String> ids) {
        try {
            String file = Files.readSymbolicLink(descriptor).toString();
            if (file.endsWith(LOCK + " (deleted)") && isEngine(process)) {
                throw EngineException.conflict(
                        "an engine whose data were removed still runs, as process %s: end it first"
                                .formatted(process.getFileName()));
            }
            if (file.endsWith(LOCK)) {
                String id = Files.readString(Path.of(file).resolveSibling("id")).strip();
                ids.add(id.substring(0, Math.min(SHORT_ID, id.length())));
            }
        } catch (IOException e) {
            // it was closed meanwhile, or the lock is no engine's; others of the process may be
        }
    }

    private static boolean isEngine(Path process) throws IOException {
        return Files.readString(process.resolve("cmdline")).contains("ondol.cli");
    }
}
