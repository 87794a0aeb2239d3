package ondol.engine.build;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import ondol.engine.BuildProgress;
import ondol.engine.EngineException;
import ondol.image.ContentSum;
import ondol.image.ImageException;
import ondol.image.ImageStore;
import ondol.image.RootCopy;
import ondol.image.RootCopy.Attributes;
import ondol.image.RootFile;
import ondol.image.Tars;
import ondol.image.UserDatabase;
import ondol.image.dockerfile.Globs;
import ondol.image.dockerfile.Instruction;
import ondol.linux.Descriptor;
import ondol.linux.Files;
import ondol.linux.Names;

/**
 * One COPY or ADD: the files that its sources stand for, found beneath their root, summed up and copied. Used for one
 * instruction, and closed after it.
 */
final class Copying implements AutoCloseable {
    private final Instruction.Copy copy;
    private final Descriptor root;
    private final boolean fromContext;
    private final boolean addresses;
    private final List<Item> items = new ArrayList<>();
    private final List<Download> downloads = new ArrayList<>();

    /** @param name what a file is called where it is put into a folder */
    private record Item(RootFile file, String name, boolean unpacks) {}

    /**
     * @param root what the sources are in: the context or an image's root, with all links kept inside
     * @param addresses whether sources may be fetched from elsewhere
     */
    Copying(Instruction.Copy copy, Descriptor root, boolean addresses) {
        this.copy = copy;
        this.addresses = addresses;
        this.root = root;
        this.fromContext = copy.from() == null;
    }

    /** Finds all sources; those that are addresses are fetched. */
    void find(ImageStore store, BuildProgress progress) {
        for (String source : copy.sources()) {
            if (copy.add() && source.matches("(?s)https?://.*")) {
                fetch(source, store, progress);
            } else {
                local(source);
            }
        }
        if (items.isEmpty()) {
            throw EngineException.invalid("%s failed: no source files were specified".formatted(word()));
        }
        boolean intoFolder =
                copy.destination().endsWith("/") || copy.destination().equals(".");
        if (items.size() > 1 && !intoFolder) {
            throw EngineException.invalid(
                    "When using %s with more than one source file, the destination must be a directory and end with a /"
                            .formatted(word()));
        }
    }

    private String word() {
        return copy.add() ? "ADD" : "COPY";
    }

    private void fetch(String address, ImageStore store, BuildProgress progress) {
        if (!addresses) {
            throw new EngineException(
                    EngineException.Kind.DENIED,
                    "ADD %s: the engine fetches nothing for a tenant's users: send it with the context"
                            .formatted(Names.printable(address)));
        }
        String path = URI.create(address).getPath();
        String name = path == null ? "" : path.substring(path.lastIndexOf('/') + 1);
        if (name.isEmpty() && copy.destination().endsWith("/")) {
            throw EngineException.invalid("cannot determine filename for source " + Names.printable(address));
        }
        Download download = Download.get(address, store.workspace(), progress);
        downloads.add(download);
        RootFile file = RootFile.find(download.root(), "file");
        if (file != null) {
            items.add(new Item(file, name, false));
        }
    }

    private void local(String source) {
        String path = Path.of("/")
                .resolve(source.replace("\0", ""))
                .normalize()
                .toString()
                .substring(1);
        if (fromContext && Path.of(source.replaceFirst("^/+", "")).normalize().startsWith("..")) {
            throw EngineException.invalid("%s failed: forbidden path outside the build context: %s ()"
                    .formatted(word(), Names.printable(source)));
        }
        List<String> paths = Globs.isPattern(path) ? RootFile.glob(root, path) : List.of(path);
        for (String each : paths) {
            RootFile file = RootFile.find(root, each.isEmpty() ? "." : each);
            if (file == null) {
                throw EngineException.invalid(
                        fromContext
                                ? "%s failed: file not found in build context or excluded by .dockerignore: stat %s: file does not exist"
                                        .formatted(word(), Names.printable(source))
                                : "%s failed: stat %s: file does not exist".formatted(word(), Names.printable(source)));
            }
            items.add(new Item(file, each.substring(each.lastIndexOf('/') + 1), copy.add() && isArchive(file)));
        }
    }

    private static boolean isArchive(RootFile file) {
        if (!file.stat().isRegular()) {
            return false;
        }
        try (Descriptor open = file.open(Files.O_RDONLY | Files.O_NONBLOCK);
                InputStream in = Tars.reading(open)) {
            BufferedInputStream start = new BufferedInputStream(in);
            if (Tars.isBzip2(start)) {
                throw new EngineException(
                        EngineException.Kind.UNSUPPORTED,
                        "ADD %s: what bzip2 compressed is not unpacked: compress it by gzip, xz or zstd, or COPY it as it is"
                                .formatted(Names.printable(file.name())));
            }
            return Tars.looksLike(start);
        } catch (IOException e) {
            throw ImageException.failed("cannot read a source of ADD", e);
        }
    }

    /** What the sources are, for the image's history and for telling whether they are those of an earlier build. */
    String sum() {
        try (ContentSum sum = new ContentSum(!fromContext)) {
            for (Item item : items) {
                sum.add(item.file(), item.file().stat().isFolder() ? "" : item.name());
            }
            String kind =
                    items.size() > 1 ? "multi" : items.getFirst().file().stat().isFolder() ? "dir" : "file";
            return kind + ":" + sum.hex();
        }
    }

    /**
     * Copies it all.
     *
     * @param target to be written to
     * @param workingDir what a destination that does not begin with a slash starts from
     */
    void into(Descriptor target, String workingDir) {
        String said = Path.of("/")
                .resolve(workingDir)
                .resolve(copy.destination())
                .normalize()
                .toString();
        String to = "/" + RootFile.resolved(target, said);
        boolean folder = copy.destination().endsWith("/")
                || copy.destination().equals(".")
                || copy.destination().endsWith("/.")
                || isFolder(target, to);
        RootCopy copier = new RootCopy(target, attributes(target));
        for (Item item : items) {
            if (item.file().stat().isFolder()) {
                try (Descriptor from = item.file().open(Files.O_DIRECTORY)) {
                    copier.contents(from, to);
                }
            } else if (item.unpacks()) {
                unpack(item, target, to);
            } else {
                copier.one(item.file().folder(), item.file().name(), folder ? to + "/" + item.name() : to);
            }
        }
    }

    private void unpack(Item item, Descriptor target, String to) {
        Attributes asked = attributes(target);
        Attributes own = copy.chown() == null ? new Attributes(-1, -1, asked.mode()) : asked;
        try (Descriptor open = item.file().open(Files.O_RDONLY);
                InputStream tar = Tars.reading(open)) {
            new RootCopy(target, own).archive(tar, to);
        } catch (IOException e) {
            throw ImageException.failed("cannot read " + Names.printable(item.name()), e);
        }
    }

    private static boolean isFolder(Descriptor target, String path) {
        try (RootFile there = RootFile.find(target, path)) {
            return there != null && there.stat().isFolder();
        }
    }

    private Attributes attributes(Descriptor target) {
        int mode = mode();
        String chown = copy.chown();
        if (chown == null || chown.isEmpty()) {
            // what comes of another image belongs to whom it belongs there
            return fromContext ? new Attributes(0, 0, mode) : new Attributes(-1, -1, mode);
        }
        String user = chown.contains(":") ? chown : chown + ":" + chown;
        UserDatabase users = UserDatabase.read(target);
        UserDatabase.Identity owner;
        try {
            owner = users.find(user, List.of());
        } catch (ImageException e) {
            // a user without a group of the same name has its own
            if (chown.contains(":")) {
                throw e;
            }
            owner = users.find(chown, List.of());
        }
        return new Attributes(owner.uid(), owner.gid(), mode);
    }

    private int mode() {
        String chmod = copy.chmod();
        if (chmod == null || chmod.isEmpty()) {
            return -1;
        }
        if (!chmod.matches("[0-7]{1,4}")) {
            throw EngineException.invalid(
                    "invalid chmod parameter: '%s'. it should be octal string and between 0 and 07777"
                            .formatted(Names.printable(chmod)));
        }
        return Integer.parseInt(chmod, 8);
    }

    @Override
    public void close() {
        items.forEach(item -> item.file().close());
        downloads.forEach(Download::close);
    }
}
