package ondol.docker;

import java.util.Locale;

/** The bar that Docker's engine draws for clients that draw none: {@code [=====>     ]  1.5MB/3MB}. */
final class ProgressBar {
    private static final int WIDTH = 50;
    private static final String[] UNITS = {"B", "kB", "MB", "GB", "TB", "PB"};

    private ProgressBar() {}

    static String text(long current, long total) {
        int done = total <= 0 ? 0 : (int) Math.min(WIDTH, current * WIDTH / total);
        String arrow = done < WIDTH ? ">" : "";
        return "[" + "=".repeat(done) + arrow + " ".repeat(WIDTH - done - arrow.length()) + "]  " + size(current) + "/"
                + size(total);
    }

    /** Four digits at most, as {@code 1.049MB}. */
    static String size(long bytes) {
        double amount = bytes;
        int unit = 0;
        while (amount >= 1000 && unit < UNITS.length - 1) {
            amount /= 1000;
            unit++;
        }
        int whole = amount < 10 ? 1 : amount < 100 ? 2 : 3;
        String text = String.format(Locale.ROOT, "%." + (unit == 0 ? 0 : 4 - whole) + "f", amount);
        return (text.indexOf('.') < 0 ? text : text.replaceAll("\\.?0+$", "")) + UNITS[unit];
    }
}
