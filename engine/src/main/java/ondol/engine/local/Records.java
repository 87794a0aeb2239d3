package ondol.engine.local;

import io.avaje.jsonb.JsonType;
import io.avaje.jsonb.Jsonb;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import ondol.engine.EngineException;

/**
 * One JSON file per object, written beside and renamed: whoever is killed leaves the old file or the new one. A process
 * that dies takes nothing with it, for the kernel has what was written. Against a machine that loses power the files are
 * flushed by a thread of their own, some milliseconds later: flushing takes as long as making a container, and a
 * container that is gone by then need not be flushed at all.
 */
final class Records<T> implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Records.class.getName());
    private static final int LARGEST = 16 << 20;

    private final JsonType<T> type;
    private final String fileName;
    private final Set<Path> unflushed = new LinkedHashSet<>(); // guarded by itself
    private final Thread flusher;

    Records(Jsonb json, Class<T> type, String fileName) {
        this.type = json.type(type);
        this.fileName = fileName;
        this.flusher =
                Thread.ofPlatform().daemon().name("ondol-flush-" + fileName).start(this::flush);
    }

    /** Writes the record of the object that lives in a folder. */
    void save(Path folder, T record) {
        Path file = folder.resolve(fileName);
        Path made = folder.resolve(fileName + ".new");
        try {
            Files.write(made, type.toJsonBytes(record));
            Files.move(made, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new EngineException(
                    EngineException.Kind.FAILED, "cannot write %s: %s".formatted(file, e.getMessage()), e);
        }
        synchronized (unflushed) {
            unflushed.add(file);
            unflushed.notifyAll();
        }
    }

    /** The records of all folders below one; what cannot be read is left alone and said in the log. */
    List<T> loadAll(Path parent) {
        List<T> records = new ArrayList<>();
        try (Stream<Path> folders = Files.list(parent)) {
            for (Path folder : folders.sorted().toList()) {
                load(folder).ifPresent(records::add);
            }
        } catch (IOException e) {
            throw new EngineException(
                    EngineException.Kind.FAILED, "cannot read %s: %s".formatted(parent, e.getMessage()), e);
        }
        return records;
    }

    Optional<T> load(Path folder) {
        Path file = folder.resolve(fileName);
        try {
            if (Files.size(file) > LARGEST) {
                throw new IOException("larger than " + LARGEST + " bytes");
            }
            return Optional.of(type.fromJson(Files.readAllBytes(file)));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException | RuntimeException e) {
            LOG.log(Level.WARNING, "the record {0} cannot be read: {1}", file, e.getMessage());
            return Optional.empty();
        }
    }

    private void flush() {
        while (true) {
            List<Path> files;
            synchronized (unflushed) {
                try {
                    while (unflushed.isEmpty()) {
                        unflushed.wait();
                    }
                    unflushed.wait(100); // what follows shortly is flushed together
                } catch (InterruptedException e) {
                    return;
                }
                files = List.copyOf(unflushed);
                unflushed.clear();
            }
            for (Path file : files) {
                try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
                    channel.force(true);
                } catch (IOException e) {
                    // removed meanwhile: nothing to keep
                }
            }
        }
    }

    @Override
    public void close() {
        flusher.interrupt();
    }
}
