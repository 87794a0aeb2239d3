package ondol.linux.nftables;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A set, or a map, with a name ({@code man 8 nft}, "Sets", "Maps").
 *
 * @param name at most 255 bytes
 * @param key one type, or several for a concatenation
 * @param data what a map has for a key, one type or several; empty for a set
 * @param intervals whether elements may be ranges, such as networks
 * @param timeouts whether elements may expire
 * @param timeout after which elements expire that say nothing else; null for never
 */
public record NamedSet(
        String name,
        List<Type> key,
        List<Type> data,
        boolean intervals,
        boolean timeouts,
        @Nullable Duration timeout) {
    public NamedSet {
        key = List.copyOf(key);
        data = List.copyOf(data);
        if (key.isEmpty() || key.contains(Type.VERDICT) || (data.contains(Type.VERDICT) && data.size() > 1)) {
            throw new IllegalArgumentException("set " + name + " cannot be from " + key + " to " + data);
        }
    }

    /** A set with this key. */
    public static NamedSet of(String name, Type... key) {
        return new NamedSet(name, List.of(key), List.of(), false, false, null);
    }

    /** A map with the same key to values. */
    public NamedSet to(Type... values) {
        return new NamedSet(name, key, List.of(values), intervals, timeouts, timeout);
    }

    /** A map with the same key to verdicts. */
    public NamedSet toVerdicts() {
        return to(Type.VERDICT);
    }

    /** The same; elements may be ranges. */
    public NamedSet withIntervals() {
        return new NamedSet(name, key, data, true, timeouts, timeout);
    }

    /** The same; elements may expire. */
    public NamedSet withTimeouts() {
        return new NamedSet(name, key, data, intervals, true, timeout);
    }

    /** The same; elements expire after this time where they say nothing else. */
    public NamedSet withTimeout(Duration after) {
        return new NamedSet(name, key, data, intervals, true, after);
    }

    boolean hasVerdicts() {
        return data.contains(Type.VERDICT);
    }

    boolean isConcatenation() {
        return key.size() > 1;
    }

    int keyBytes() {
        return bytes(key);
    }

    int dataBytes() {
        return bytes(data);
    }

    private static int bytes(List<Type> types) {
        return types.size() == 1
                ? types.getFirst().bytes()
                : types.stream().mapToInt(Type::paddedBytes).sum();
    }
}
