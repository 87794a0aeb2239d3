package ondol.cli.verb;

import ondol.cli.command.Verb;
import org.jspecify.annotations.Nullable;

/** Every verb by its name. Only the one that is asked for is loaded. */
public final class Verbs {
    private Verbs() {}

    /** The verb of this name, or null. */
    public static @Nullable Verb find(String name) {
        return switch (name) {
            case "images" -> new ImageList();
            case "rmi" -> new Rmi();
            case "ps" -> new Ps();
            case "inspect" -> new Inspect("");
            case "version" -> new VersionShow();
            case "info" -> new Info();
            case "events" -> new Events();
            case "init" -> new Init();
            case "daemon" -> new DaemonRun();
            case "login" -> new Login();
            case "logout" -> new Logout();
            case "build", "history", "import", "load", "pull", "push", "save", "tag" -> image(name);
            case "search" -> new Search();
            case "manifest" -> new ManifestGroup();
            case "completion" -> new Completion();
            case "compose", "buildx" -> new Plugin(name);
            case "builder" -> new Plugin("buildx");
            case "context" -> new ContextGroup();
            case "container" -> new ContainerGroup();
            case "image" -> new ImageGroup();
            case "volume" -> new VolumeGroup();
            case "tenant" -> new TenantGroup();
            case "meter" -> new MeterShow();
            case "network" -> new NetworkGroup();
            case "system" -> new SystemGroup();
            case "ls", "list", "prune", "remove" -> null;
            default -> container(name);
        };
    }

    /** What the shells' completion asks, where {@code top} is what stands before all verbs. */
    public static Verb complete(Verb top) {
        return new Complete(top);
    }

    /** The verbs of {@code ondol container}. */
    public static @Nullable Verb container(String name) {
        return switch (name) {
            case "attach" -> new Attach();
            case "commit" -> new Commit();
            case "cp" -> new Cp();
            case "create" -> new Create();
            case "diff" -> new Diff();
            case "exec" -> new Exec();
            case "export" -> new Export();
            case "inspect" -> new Inspect("container");
            case "kill" -> new Kill();
            case "logs" -> new Logs();
            case "ls", "list", "ps" -> new Ps();
            case "pause" -> new Pause();
            case "port" -> new Port();
            case "prune" -> new Prune("container");
            case "rename" -> new Rename();
            case "restart" -> new Restart();
            case "rm", "remove" -> new Rm();
            case "run" -> new Run();
            case "start" -> new Start();
            case "stats" -> new Stats();
            case "stop" -> new Stop();
            case "top" -> new Top();
            case "unpause" -> new Unpause();
            case "update" -> new Update();
            case "wait" -> new Wait();
            default -> null;
        };
    }

    /** The verbs of {@code ondol image}. */
    public static @Nullable Verb image(String name) {
        return switch (name) {
            case "build" -> new Build();
            case "history" -> new History();
            case "import" -> new Import();
            case "inspect" -> new Inspect("image");
            case "load" -> new Load();
            case "save" -> new Save();
            case "ls", "list" -> new ImageList();
            case "prune" -> new Prune("image");
            case "pull" -> new Pull();
            case "push" -> new Push();
            case "rm", "remove" -> new Rmi();
            case "tag" -> new Tag();
            default -> null;
        };
    }

    /** The verbs of {@code ondol volume}. */
    public static @Nullable Verb volume(String name) {
        return switch (name) {
            case "create" -> new VolumeCreate();
            case "inspect" -> new Inspect("volume");
            case "ls", "list" -> new VolumeList();
            case "prune" -> new Prune("volume");
            case "rm", "remove" -> new VolumeRm();
            default -> null;
        };
    }

    /** The verbs of {@code ondol tenant}. */
    public static @Nullable Verb tenant(String name) {
        return switch (name) {
            case "create" -> new TenantCreate();
            case "inspect" -> new Inspect("tenant");
            case "ls", "list" -> new TenantList();
            case "rm", "remove" -> new TenantRm();
            case "top" -> new TenantTop();
            case "update" -> new TenantUpdate();
            default -> null;
        };
    }

    /** The verbs of {@code ondol network}. */
    public static @Nullable Verb network(String name) {
        return switch (name) {
            case "connect" -> new NetworkConnect();
            case "create" -> new NetworkCreate();
            case "disconnect" -> new NetworkDisconnect();
            case "inspect" -> new Inspect("network");
            case "ls", "list" -> new NetworkList();
            case "prune" -> new Prune("network");
            case "rm", "remove" -> new NetworkRm();
            case "update" -> new NetworkUpdate();
            default -> null;
        };
    }

    /** The verbs of {@code ondol system}. */
    public static @Nullable Verb system(String name) {
        return switch (name) {
            case "check" -> new SystemCheck();
            case "clean" -> new SystemClean();
            case "df" -> new SystemDf();
            case "events" -> new Events();
            case "info" -> new Info();
            case "prune" -> new Prune("system");
            default -> null;
        };
    }
}
