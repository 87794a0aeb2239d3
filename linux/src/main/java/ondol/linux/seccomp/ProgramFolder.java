package ondol.linux.seccomp;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/** Compiled programs as files, named by digest: written beside, synced and renamed, so that a file there is whole. */
final class ProgramFolder {
    /** {@code BPF_MAXINSNS} instructions of eight bytes: the kernel takes no more. */
    private static final int MAX_BYTES = 4096 * 8;

    private final Path folder;

    ProgramFolder(Path folder) {
        this.folder = folder;
    }

    byte @Nullable [] read(String digest) {
        Path file = folder.resolve(digest + ".bpf");
        try {
            long size = Files.size(file);
            if (size == 0 || size > MAX_BYTES || size % 8 != 0) {
                return null;
            }
            return Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            return null;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the compiled seccomp program " + file, e);
        }
    }

    void write(String digest, byte[] program) {
        Path file = folder.resolve(digest + ".bpf");
        try {
            Files.createDirectories(folder);
            Path beside = Files.createTempFile(folder, "program", ".new");
            try (FileChannel channel = FileChannel.open(beside, StandardOpenOption.WRITE)) {
                ByteBuffer bytes = ByteBuffer.wrap(program);
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(true);
            }
            Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot keep the compiled seccomp program " + file, e);
        }
    }
}
