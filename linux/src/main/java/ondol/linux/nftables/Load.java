package ondol.linux.nftables;

import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import ondol.linux.netlink.Prefix;

/**
 * Something of a packet that is put into registers, to be compared, looked up, or used in an {@link Action}. {@link Packet}
 * has them.
 */
public final class Load {
    /** Appends the expressions that load it, from this register on. */
    interface Loading {
        void into(RuleWriter rule, int register);
    }

    private final List<Integer> lengths;
    private final Consumer<RuleWriter> needs;
    private final Loading loading;

    /**
     * @param lengths of its parts, in bytes; several for a concatenation
     * @param needs appends what must be true before it is loaded
     */
    Load(List<Integer> lengths, Consumer<RuleWriter> needs, Loading loading) {
        this.lengths = lengths;
        this.needs = needs;
        this.loading = loading;
        if (registers() > Register.COUNT) {
            throw new IllegalArgumentException("a concatenation has at most 64 bytes");
        }
    }

    /** Several values after one another, such as {@code ip daddr . tcp dport}: the key of a set of that many types. */
    public static Load concat(Load... parts) {
        List<Integer> lengths =
                Arrays.stream(parts).flatMap(part -> part.lengths.stream()).toList();
        return new Load(
                lengths,
                rule -> {
                    for (Load part : parts) {
                        part.needs.accept(rule);
                    }
                },
                (rule, register) -> {
                    int next = register;
                    for (Load part : parts) {
                        part.loading.into(rule, next);
                        next += part.registers();
                    }
                });
    }

    /** A value that is the same for all packets. */
    public static Load of(Data value) {
        return new Load(List.of(value.length()), rule -> {}, (rule, register) -> rule.immediate(register, value));
    }

    /** Whether it is this; a value that is shorter is compared with the beginning. */
    public Statement is(Data value) {
        return compare(Expr.CMP_EQ, value);
    }

    /** Whether it is something else. */
    public Statement isNot(Data value) {
        return compare(Expr.CMP_NEQ, value);
    }

    /** Whether an address belongs to a network. */
    public Statement in(Prefix network) {
        return inNetwork(network, Expr.CMP_EQ);
    }

    /** Whether an address belongs to another network. */
    public Statement notIn(Prefix network) {
        return inNetwork(network, Expr.CMP_NEQ);
    }

    /** Whether it is one of a range, both ends included; of numbers in network order, such as ports. */
    public Statement between(Data from, Data to) {
        return rule -> {
            load(rule);
            rule.expression("range", body -> {
                body.attributeBig(Expr.RANGE_SREG, Register.FIRST);
                body.attributeBig(Expr.RANGE_OP, Expr.CMP_EQ);
                RuleWriter.value(body, Expr.RANGE_FROM, from);
                RuleWriter.value(body, Expr.RANGE_TO, to);
            });
        };
    }

    /** Whether any of these bits is set, of a number in the machine's order. */
    public Statement hasAny(int bits) {
        return bits(bits, 0).isNot(Data.number(0));
    }

    /** A number of four bytes in the machine's order, changed: the bits of {@code keep} stay, then {@code flip} turns. */
    public Load bits(int keep, int flip) {
        return masked(Data.number(keep), Data.number(flip));
    }

    /** Whether a set has it. */
    public Statement in(NamedSet set) {
        return lookup(set, 0);
    }

    /** Whether a set does not have it. */
    public Statement notIn(NamedSet set) {
        return lookup(set, Expr.LOOKUP_INVERTED);
    }

    /** What a map has for it; the rule ends for packets that the map has nothing for. */
    public Load through(NamedSet map) {
        check(map);
        if (map.data().isEmpty() || map.hasVerdicts()) {
            throw new IllegalArgumentException("set " + map.name() + " is not a map to values");
        }
        return new Load(map.data().stream().map(Type::bytes).toList(), needs, (rule, register) -> {
            loading.into(rule, register);
            rule.expression("lookup", body -> {
                body.attribute(Expr.LOOKUP_SET, map.name());
                body.attributeBig(Expr.LOOKUP_SREG, register);
                body.attributeBig(Expr.LOOKUP_DREG, register);
            });
        });
    }

    /** Does what a map to verdicts has for it; on with the next statement for packets that it has nothing for. */
    public Statement verdict(NamedSet map) {
        check(map);
        if (!map.hasVerdicts()) {
            throw new IllegalArgumentException("set " + map.name() + " is not a map to verdicts");
        }
        return rule -> {
            load(rule);
            rule.expression("lookup", body -> {
                body.attribute(Expr.LOOKUP_SET, map.name());
                body.attributeBig(Expr.LOOKUP_SREG, Register.FIRST);
                body.attributeBig(Expr.LOOKUP_DREG, Register.VERDICT);
            });
        };
    }

    /** The lengths of its parts, in bytes. */
    List<Integer> lengths() {
        return lengths;
    }

    /** Appends what loads it into the registers from the first on. */
    void load(RuleWriter rule) {
        needs.accept(rule);
        loading.into(rule, Register.FIRST);
    }

    private int registers() {
        return lengths.stream().mapToInt(Register::needed).sum();
    }

    private Statement compare(int operator, Data value) {
        if (lengths.size() > 1 || value.length() > lengths.getFirst()) {
            throw new IllegalArgumentException("cannot compare %s bytes with %d".formatted(lengths, value.length()));
        }
        return rule -> {
            load(rule);
            rule.compare(Register.FIRST, operator, value);
        };
    }

    private Statement inNetwork(Prefix network, int operator) {
        Data mask = Data.mask(network);
        if (mask.length() != lengths.getFirst()) {
            throw new IllegalArgumentException(network + " is of another family than the address");
        }
        if (network.length() == mask.length() * 8) {
            return compare(operator, Data.first(network));
        }
        return masked(mask, Data.of(new byte[mask.length()])).compare(operator, Data.first(network));
    }

    private Load masked(Data mask, Data flip) {
        int length = lengths.getFirst();
        if (lengths.size() > 1 || mask.length() != length) {
            throw new IllegalArgumentException("cannot mask %s bytes with %d".formatted(lengths, mask.length()));
        }
        return new Load(lengths, needs, (rule, register) -> {
            loading.into(rule, register);
            rule.expression("bitwise", body -> {
                body.attributeBig(Expr.BITWISE_SREG, register);
                body.attributeBig(Expr.BITWISE_DREG, register);
                body.attributeBig(Expr.BITWISE_LEN, length);
                RuleWriter.value(body, Expr.BITWISE_MASK, mask);
                RuleWriter.value(body, Expr.BITWISE_XOR, flip);
            });
        });
    }

    private Statement lookup(NamedSet set, int flags) {
        check(set);
        return rule -> {
            load(rule);
            rule.expression("lookup", body -> {
                body.attribute(Expr.LOOKUP_SET, set.name());
                body.attributeBig(Expr.LOOKUP_SREG, Register.FIRST);
                if (flags != 0) {
                    body.attributeBig(Expr.LOOKUP_FLAGS, flags);
                }
            });
        };
    }

    private void check(NamedSet set) {
        List<Integer> wanted = set.key().stream().map(Type::bytes).toList();
        if (!lengths.equals(wanted)) {
            throw new IllegalArgumentException(
                    "a key of set %s has %s bytes, not %s".formatted(set.name(), wanted, lengths));
        }
    }
}
