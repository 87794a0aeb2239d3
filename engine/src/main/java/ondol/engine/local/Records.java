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
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import ondol.engine.EngineException;
import org.jspecify.annotations.Nullable;

/**
 * One JSON file per object, written beside and renamed: whoever is killed leaves the old file or the new one. A process
 * that dies takes nothing with it, for the kernel has what was written. Against a machine that loses power the files are
 * flushed by a thread of their own, a second later: flushing takes as long as making a container, and a
 * container that is gone by then need not be flushed at all.
 */
final class Records<T> implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Records.class.getName());
    private static final int LARGEST = 16 << 20;
    private static final long FLUSH_AFTER = 1000;
    private static final long AGAIN_AFTER = 1000;

    private final JsonType<T> type;
    private final String fileName;
    private final Map<Path, Pending<T>> pending = new LinkedHashMap<>(); // guarded by itself
    private final Set<Path> unflushed = new LinkedHashSet<>(); // guarded by itself
    private final Object writing = new Object(); // held while a file is written, or its folder goes
    private boolean closing; // guarded by pending
    private final Thread writer;
    private final Thread flusher;

    /** A record that is to be written, and what is done when it is (or need not be any more). */
    private record Pending<T>(T record, Runnable written) {}

    Records(Jsonb json, Class<T> type, String fileName) {
        this.type = json.type(type);
        this.fileName = fileName;
        this.writer =
                Thread.ofPlatform().daemon().name("ondol-write-" + fileName).start(this::writePending);
        this.flusher =
                Thread.ofPlatform().daemon().name("ondol-flush-" + fileName).start(this::flush);
    }

    /** Writes the record of the object that lives in a folder. */
    void save(Path folder, T record) {
        Pending<T> older;
        synchronized (writing) {
            write(folder, record);
            older = take(folder); // not before: what cannot be written leaves it there
        }
        if (older != null) {
            older.written().run();
        }
    }

    /**
     * Writes the record soon, unless a newer one is saved or the object goes before. For what could be found out again
     * if this process were killed meanwhile: that a container runs, or has ended, its minder tells.
     *
     * @param written done once it is written, or need not be
     */
    void saveSoon(Path folder, T record, Runnable written) {
        synchronized (pending) {
            Pending<T> older = pending.get(folder);
            Runnable both = older == null
                    ? written
                    : () -> {
                        older.written().run(); // it is in the newer record too, and not written before that
                        written.run();
                    };
            pending.put(folder, new Pending<>(record, both));
            pending.notifyAll();
        }
    }

    /** The object goes: nothing of it will be written any more. */
    void drop(Path folder) {
        Pending<T> last = take(folder);
        synchronized (writing) {
            synchronized (unflushed) {
                unflushed.remove(folder.resolve(fileName));
            }
        }
        if (last != null) {
            last.written().run();
        }
    }

    private @Nullable Pending<T> take(Path folder) {
        synchronized (pending) {
            return pending.remove(folder);
        }
    }

    private void writePending() {
        while (true) {
            Path folder;
            synchronized (pending) {
                try {
                    while (pending.isEmpty() && !closing) {
                        pending.wait();
                    }
                } catch (InterruptedException e) {
                    return;
                }
                if (pending.isEmpty()) {
                    return;
                }
                folder = pending.keySet().iterator().next();
            }
            Pending<T> next;
            boolean done = true;
            synchronized (writing) {
                next = take(folder);
                if (next != null && Files.isDirectory(folder)) {
                    try {
                        write(folder, next.record());
                    } catch (EngineException e) {
                        LOG.log(Level.WARNING, e.getMessage());
                        putBack(folder, next);
                        done = false;
                    }
                }
            }
            if (next != null && done) {
                next.written().run();
            } else if (next != null && !pause()) {
                return;
            }
        }
    }

    /** What could not be written: a full disk may have room later, and until then a minder is not let go. */
    private void putBack(Path folder, Pending<T> failed) {
        synchronized (pending) {
            Pending<T> newer = pending.remove(folder);
            saveSoon(folder, failed.record(), failed.written());
            if (newer != null) {
                saveSoon(folder, newer.record(), newer.written());
            }
        }
    }

    /** False where this closes. */
    private boolean pause() {
        synchronized (pending) {
            try {
                if (!closing) {
                    pending.wait(AGAIN_AFTER);
                }
            } catch (InterruptedException e) {
                return false;
            }
            return !closing;
        }
    }

    private void write(Path folder, T record) {
        Path file = folder.resolve(fileName);
        Path made = folder.resolve(fileName + ".new");
        try {
            Files.write(made, type.toJsonBytes(record));
            Files.move(made, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            deleteHalf(made);
            throw new EngineException(
                    EngineException.Kind.FAILED, "cannot write %s: %s".formatted(file, e.getMessage()), e);
        }
        synchronized (unflushed) {
            unflushed.add(file);
            unflushed.notifyAll();
        }
    }

    private static void deleteHalf(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            // it is written anew the next time
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
                } catch (InterruptedException e) {
                    return;
                }
            }
            try {
                Thread.sleep(FLUSH_AFTER); // most containers are gone by then
            } catch (InterruptedException e) {
                return;
            }
            synchronized (unflushed) {
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
        synchronized (pending) {
            closing = true;
            pending.notifyAll();
        }
        flusher.interrupt();
        try {
            writer.join(); // what is pending is written first
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
