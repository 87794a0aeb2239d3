package ondol.engine.logs;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The folder that holds a container's output: files {@code 00000001.log}, {@code 00000002.log} and so on. A writer appends
 * to the highest; when that exceeds the maximum size it opens the next one and deletes the one {@code maxFiles} before.
 * Safe to use while a writer writes: a file that goes away between two looks counts as not there.
 */
public final class LogFolder {
    private static final Pattern NAME = Pattern.compile("[0-9]{8}\\.log");

    /** A container that restarts all the time makes a small file each time; not more than so many are kept. */
    private static final int MOST_FILES = 64;

    private final Path folder;

    /** The folder need not exist yet. */
    public LogFolder(Path folder) {
        this.folder = folder;
    }

    /**
     * A file of the folder.
     *
     * @param number from 1
     * @param size bytes, when it was listed
     */
    public record LogFile(int number, Path path, long size) {}

    /** Where a file of that number is, whether or not it exists. */
    public Path path(int number) {
        return folder.resolve("%08d.log".formatted(number));
    }

    /** The files, the oldest first; none where the folder does not exist. */
    public List<LogFile> files() throws IOException {
        List<LogFile> files = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
            for (Path path : entries) {
                String name = path.getFileName().toString();
                if (NAME.matcher(name).matches()) {
                    add(files, Integer.parseInt(name.substring(0, 8)), path);
                }
            }
        } catch (NoSuchFileException | NotDirectoryException e) {
            return List.of();
        }
        files.sort(Comparator.comparingInt(LogFile::number));
        return files;
    }

    private static void add(List<LogFile> files, int number, Path path) throws IOException {
        try {
            files.add(new LogFile(number, path, Files.size(path)));
        } catch (NoSuchFileException e) {
            // The writer deleted it between the two calls: as if it had never been listed.
        }
    }

    /**
     * Behind the last whole frame that is kept now: where a reader starts that wants only what comes later. A frame that is
     * being written at this moment counts as later.
     */
    public LogPosition end() throws IOException {
        List<LogFile> files = files();
        if (files.isEmpty()) {
            return LogPosition.START;
        }
        try (FrameSource source =
                new FrameSource(this, new LogPosition(files.getLast().number(), 0))) {
            while (source.next()) {
                // Each frame moves the position; payloads are not looked at.
            }
            return source.position();
        }
    }

    /**
     * Makes the folder and room in it for a new writer. The oldest files are deleted until those left hold at most what
     * {@code maxFiles} less one full files would (the new writer's own rotation deletes more as it goes), so that many short
     * runs share the space that one long run has.
     *
     * @param maxSize bytes of a file; 0 or less for no limit, and then nothing is deleted for its size
     * @param maxFiles how many files of that size there may be, at least 1
     * @return the number that the writer has to use; no file of it exists
     */
    public int prepareForStart(long maxSize, int maxFiles) throws IOException {
        Files.createDirectories(folder);
        List<LogFile> files = files();
        long full = Math.max(1, maxFiles - 1L);
        long room = maxSize <= 0 || maxSize > Long.MAX_VALUE / full ? Long.MAX_VALUE : maxSize * full;
        int most = Math.max(maxFiles, MOST_FILES);
        long kept = 0;
        for (int i = files.size() - 1; i >= 0; i--) {
            LogFile file = files.get(i);
            kept += file.size();
            if (kept > room || files.size() - i >= most) {
                Files.deleteIfExists(file.path());
            }
        }
        return files.isEmpty() ? 1 : files.getLast().number() + 1;
    }
}
