package ondol.engine.build;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import ondol.engine.BuildOptions;
import ondol.engine.BuildProgress;
import ondol.engine.EngineException;
import ondol.image.ImageException;
import ondol.image.ImageStore;
import ondol.image.RootFile;
import ondol.image.Tars;
import ondol.image.Workspace;
import ondol.image.dockerfile.IgnorePatterns;
import ondol.linux.Descriptor;
import ondol.linux.Errno;
import ondol.linux.Files;
import ondol.linux.KernelException;
import ondol.linux.Names;
import org.jspecify.annotations.Nullable;

/** The files that a build may copy, and the Dockerfile among them. */
final class Context {
    private static final int LONGEST_DOCKERFILE = 1 << 20;
    private static final String IGNORE = ".dockerignore";

    private final Workspace folder;
    private final String dockerfile;

    private Context(Workspace folder, String dockerfile) {
        this.folder = folder;
        this.dockerfile = dockerfile;
    }

    /** Reads all of it to the disk. */
    static Context receive(
            ImageStore store,
            Workspace folder,
            BuildOptions options,
            @Nullable InputStream sent,
            BuildProgress progress) {
        String remote = options.remote();
        if (remote != null && !remote.isEmpty()) {
            if (options.owner() != null) {
                throw new EngineException(
                        EngineException.Kind.DENIED,
                        "a context from %s: the engine fetches nothing for a tenant's users: send it"
                                .formatted(Names.printable(remote)));
            }
            fetch(store, folder, remote, progress);
        } else if (sent != null) {
            unpack(folder, sent);
        }
        readRest(sent);
        String wanted = Objects.requireNonNullElse(options.dockerfile(), "");
        String text = readDockerfile(folder.root(), wanted.isEmpty() ? "Dockerfile" : wanted);
        String ignore = read(folder.root(), IGNORE);
        if (ignore != null) {
            IgnorePatterns patterns = new IgnorePatterns(ignore);
            folder.drop(patterns::ignores, patterns.takesIn());
        }
        return new Context(folder, text);
    }

    /** A client is listened to again when all that it sent was read. */
    private static void readRest(@Nullable InputStream sent) {
        try {
            if (sent != null) {
                sent.transferTo(java.io.OutputStream.nullOutputStream());
            }
        } catch (IOException e) {
            throw new EngineException(
                    EngineException.Kind.FAILED, "cannot read the build's context: " + e.getMessage(), e);
        }
    }

    private static void unpack(Workspace folder, InputStream tar) {
        // as in a plain folder of root's: whose files they were elsewhere means nothing here
        Tars.extract(tar, folder.root(), "", false, false);
    }

    private static void fetch(ImageStore store, Workspace folder, String remote, BuildProgress progress) {
        if (!remote.matches("(?s)https?://.*") || URI.create(remote).getPath().endsWith(".git")) {
            throw new EngineException(
                    EngineException.Kind.UNSUPPORTED,
                    "a build's context cannot be fetched from %s: clone it first, and give its folder"
                            .formatted(Names.printable(remote)));
        }
        try (Download download = Download.get(remote, store.workspace(), progress)) {
            if (download.isTar()) {
                try (InputStream tar = download.open()) {
                    unpack(folder, tar);
                }
            } else {
                download.moveTo(folder.path().resolve("Dockerfile"));
            }
        } catch (IOException e) {
            throw new EngineException(
                    EngineException.Kind.FAILED, "cannot read what %s gave: %s".formatted(remote, e.getMessage()), e);
        }
    }

    private static String readDockerfile(Descriptor root, String path) {
        for (String name : path.equals("Dockerfile") ? List.of(path, "dockerfile") : List.of(path)) {
            String text = read(root, name);
            if (text != null) {
                if (text.isBlank()) {
                    throw EngineException.invalid(
                            "the Dockerfile (%s) cannot be empty".formatted(Names.printable(name)));
                }
                return text;
            }
        }
        throw EngineException.invalid("Cannot locate specified Dockerfile: " + Names.printable(path));
    }

    private static @Nullable String read(Descriptor root, String path) {
        try (RootFile file = RootFile.find(root, path)) {
            if (file == null || !file.stat().isRegular()) {
                return null;
            }
            try (Descriptor open = file.open(Files.O_RDONLY)) {
                return new String(Files.readSmall(open, LONGEST_DOCKERFILE), StandardCharsets.UTF_8);
            }
        } catch (KernelException e) {
            if (e.errno() == Errno.EFBIG) {
                throw new ImageException(
                        ImageException.Kind.INVALID,
                        "%s has more than %d bytes".formatted(Names.printable(path), LONGEST_DOCKERFILE),
                        e);
            }
            throw e;
        }
    }

    Descriptor root() {
        return folder.root();
    }

    /** The Dockerfile's text. */
    String dockerfile() {
        return dockerfile;
    }
}
