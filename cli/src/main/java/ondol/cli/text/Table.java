package ondol.cli.text;

import java.util.ArrayList;
import java.util.List;

/** Rows of cells in aligned columns: at least ten wide, three spaces apart, the last column as long as it is. */
public final class Table {
    private final int minimum;
    private final int padding;
    private final List<String[]> rows = new ArrayList<>();

    /** A table as Docker's lists are set. */
    public Table() {
        this(10, 3);
    }

    /** A table with columns of at least {@code minimum} characters, {@code padding} apart. */
    public Table(int minimum, int padding) {
        this.minimum = minimum;
        this.padding = padding;
    }

    /** Adds a row; its cells may be fewer or more than those of other rows. */
    public void row(String... cells) {
        rows.add(cells);
    }

    @Override
    public String toString() {
        StringBuilder out = new StringBuilder();
        print(out, 0, rows.size(), 0, new ArrayList<>());
        return out.toString();
    }

    /** A column's width is shared by neighbouring rows that have a cell after it, as elastic tab stops are. */
    private void print(StringBuilder out, int from, int to, int column, List<Integer> widths) {
        for (int i = from; i < to; i++) {
            if (rows.get(i).length - 1 <= column) {
                line(out, rows.get(i), widths);
                continue;
            }
            int end = i;
            int width = minimum;
            while (end < to && rows.get(end).length - 1 > column) {
                width = Math.max(width, length(rows.get(end)[column]) + padding);
                end++;
            }
            widths.add(width);
            print(out, i, end, column + 1, widths);
            widths.removeLast();
            i = end - 1;
        }
    }

    private static void line(StringBuilder out, String[] cells, List<Integer> widths) {
        for (int i = 0; i < cells.length; i++) {
            out.append(cells[i]);
            if (i < cells.length - 1) for (int n = length(cells[i]); n < widths.get(i); n++) out.append(' ');
        }
        out.append('\n');
    }

    private static int length(String cell) {
        return cell.codePointCount(0, cell.length());
    }
}
