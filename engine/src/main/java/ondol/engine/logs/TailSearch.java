package ondol.engine.logs;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/**
 * Finds where the last lines begin. Frames can only be read forwards, so files are counted one by one, the newest first,
 * until there are enough lines; marks taken on the way save reading the file with the begin a second time.
 */
final class TailSearch {
    private static final long BETWEEN_MARKS = 1 << 20;

    private final long wanted;

    private TailSearch(long wanted) {
        this.wanted = wanted;
    }

    /**
     * Where to read from.
     *
     * @param skip so many line ends come before the tail
     */
    record Found(LogPosition from, long skip) {}

    static Found search(LogFolder folder, int lines) throws IOException {
        return new TailSearch(lines).search(folder);
    }

    private Found search(LogFolder folder) throws IOException {
        List<LogFolder.LogFile> files = folder.files();
        if (wanted == 0) {
            return new Found(folder.end(), 0);
        }
        // Line ends of the files after the one that is looked at, and the lines without an end.
        long later = 0;
        for (int i = files.size() - 1; i >= 0; i--) {
            Counted counted = count(folder, files.get(i).number(), files.size() - 1 == i);
            long inFile = counted.feeds + counted.unfinished;
            // One end more than lines are wanted: behind it the first wanted line begins.
            if (later + inFile > wanted) {
                return counted.from(later + inFile - wanted);
            }
            later += inFile;
        }
        return new Found(LogPosition.START, 0);
    }

    private static Counted count(LogFolder folder, int number, boolean newest) throws IOException {
        Counted counted = new Counted(number);
        boolean[] open = new boolean[2];
        try (FrameSource source = new FrameSource(folder, new LogPosition(number, 0))) {
            while (source.next() && source.number() == number) {
                int end = source.payload() + source.length();
                if (source.length() > 0) {
                    open[source.error() ? 1 : 0] = source.bytes()[end - 1] != '\n';
                }
                counted.frame(source, !open[0] && !open[1]);
            }
        }
        if (newest) {
            counted.unfinished = (open[0] ? 1 : 0) + (open[1] ? 1 : 0);
        }
        return counted;
    }

    /** The line ends of a file, with marks on the way. */
    private static final class Counted {
        private final int number;
        private long feeds;
        private int unfinished;
        private long[] offsets = new long[16];
        private long[] before = new long[16];
        private int marks;
        private long nextMark = BETWEEN_MARKS;

        Counted(int number) {
            this.number = number;
        }

        /**
         * Counts a frame.
         *
         * @param between whether no line goes on behind it, so that one could begin to read there
         */
        void frame(FrameSource source, boolean between) {
            feeds += Lines.count(source.bytes(), source.payload(), source.payload() + source.length());
            long position = source.offset();
            if (between && position >= nextMark) {
                nextMark = position + BETWEEN_MARKS;
                if (marks == offsets.length) {
                    offsets = Arrays.copyOf(offsets, 2 * marks);
                    before = Arrays.copyOf(before, 2 * marks);
                }
                offsets[marks] = position;
                before[marks++] = feeds;
            }
        }

        /** The last mark with no more line ends before it than are to be passed over. */
        Found from(long skip) {
            for (int i = marks - 1; i >= 0; i--) {
                if (before[i] < skip) {
                    return new Found(new LogPosition(number, offsets[i]), skip - before[i]);
                }
            }
            return new Found(new LogPosition(number, 0), skip);
        }
    }
}
