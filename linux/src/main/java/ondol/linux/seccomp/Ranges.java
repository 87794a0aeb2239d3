package ondol.linux.seccomp;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** The answers of one architecture to all call numbers, 0 to 2^32 - 1, as ranges of numbers with the same answer. */
final class Ranges {
    private static final long END = 1L << 32;

    /**
     * Numbers with one answer.
     *
     * @param first the first number
     * @param last the last number
     */
    record Range(long first, long last, Answer answer) {}

    private final TreeMap<Long, Answer> starts = new TreeMap<>();

    Ranges(Answer everywhere) {
        starts.put(0L, everywhere);
    }

    void set(long first, long last, Answer answer) {
        Answer after = starts.floorEntry(last + 1).getValue();
        starts.subMap(first, last + 1).clear();
        starts.put(first, answer);
        if (last + 1 < END) {
            starts.put(last + 1, after);
        }
    }

    /** In ascending order, without gaps; neighbours have different answers. */
    List<Range> list() {
        List<Range> list = new ArrayList<>();
        for (var start : starts.descendingMap().entrySet()) {
            long last = list.isEmpty() ? END - 1 : list.getFirst().first - 1;
            if (!list.isEmpty() && list.getFirst().answer.equals(start.getValue())) {
                last = list.removeFirst().last;
            }
            list.addFirst(new Range(start.getKey(), last, start.getValue()));
        }
        return list;
    }
}
