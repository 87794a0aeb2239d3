package ondol.engine.spec;

import java.util.BitSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A set of processors or memory nodes, as {@code man 7 cpuset} writes it: {@code 0-2,4}. */
final class Cpuset {
    private static final Pattern RANGE = Pattern.compile("([0-9]{1,5})(?:-([0-9]{1,5}))?");
    private static final int MOST = 8192;

    private final BitSet members = new BitSet();

    private Cpuset() {}

    static Cpuset parse(String text) {
        Cpuset set = new Cpuset();
        for (String part : text.strip().split(",", -1)) {
            Matcher matcher = RANGE.matcher(part.strip());
            if (!matcher.matches()) {
                throw new IllegalArgumentException("invalid format: " + part);
            }
            int first = Integer.parseInt(matcher.group(1));
            int last = matcher.group(2) == null ? first : Integer.parseInt(matcher.group(2));
            if (last < first) {
                throw new IllegalArgumentException("invalid format: " + part);
            }
            if (last > MOST) {
                throw new IllegalArgumentException("value is out of range, maximum is " + MOST);
            }
            set.members.set(first, last + 1);
        }
        return set;
    }

    int size() {
        return members.cardinality();
    }

    boolean contains(Cpuset other) {
        BitSet rest = (BitSet) other.members.clone();
        rest.andNot(members);
        return rest.isEmpty();
    }
}
