package ondol.linux.nftables;

import java.util.List;
import ondol.linux.netlink.Request;
import org.jspecify.annotations.Nullable;

/** Sets and elements as messages ({@code enum nft_set_attributes}, {@code enum nft_set_elem_attributes}). */
final class SetMessages {
    static final int NAME = 2;
    static final int FLAGS = 3;
    static final int KEY_TYPE = 4;
    static final int KEY_LEN = 5;
    static final int DATA_TYPE = 6;
    static final int DATA_LEN = 7;
    static final int DESC = 9;
    static final int ID = 10;
    static final int TIMEOUT = 11;
    static final int USERDATA = 13;
    static final int HANDLE = 16;

    static final int DESC_CONCAT = 2;
    static final int FIELD_LEN = 1;

    static final int ANONYMOUS = 0x1;
    static final int CONSTANT = 0x2;
    static final int INTERVAL = 0x4;
    static final int MAP = 0x8;
    static final int HAS_TIMEOUT = 0x10;
    static final int CONCAT = 0x80;

    static final int ELEMENTS_SET = 2;
    static final int ELEMENTS = 3;

    static final int ELEM_KEY = 1;
    static final int ELEM_DATA = 2;
    static final int ELEM_FLAGS = 3;
    static final int ELEM_TIMEOUT = 4;
    static final int ELEM_EXPIRATION = 5;
    static final int ELEM_USERDATA = 6;
    static final int ELEM_KEY_END = 10;
    static final int INTERVAL_END = 1;

    /** {@code NFT_DATA_VERDICT}, as the type of a map's data. */
    static final int TYPE_VERDICT = 0xffffff00;

    /** A concatenation's type is those of its parts, six bits each. */
    private static final int TYPE_BITS = 6;

    private SetMessages() {}

    static Request add(Table table, NamedSet set, int id) {
        Request request = Messages.of("newset", Messages.NEWSET, Messages.NLM_F_CREATE, table, set.name())
                .attribute(NAME, set.name())
                .attributeBig(FLAGS, flags(set))
                .attributeBig(KEY_TYPE, type(set.key()))
                .attributeBig(KEY_LEN, set.keyBytes());
        if (set.hasVerdicts()) {
            request.attributeBig(DATA_TYPE, TYPE_VERDICT);
            request.attributeBig(DATA_LEN, set.dataBytes());
        } else if (!set.data().isEmpty()) {
            request.attributeBig(DATA_TYPE, type(set.data()));
            request.attributeBig(DATA_LEN, set.dataBytes());
        }
        if (set.isConcatenation()) {
            request.nested(DESC, () -> request.nested(DESC_CONCAT, () -> fields(request, set.key())));
        }
        request.attributeBig(ID, id);
        if (set.timeout() != null) {
            request.attributeBig(TIMEOUT, set.timeout().toMillis());
        }
        return request.attribute(USERDATA, UserData.byteOrders(set));
    }

    private static void fields(Request request, List<Type> types) {
        for (Type type : types) {
            request.nested(Expr.LIST_ELEM, () -> request.attributeBig(FIELD_LEN, type.bytes()));
        }
    }

    private static int flags(NamedSet set) {
        return (set.intervals() ? INTERVAL : 0)
                | (set.data().isEmpty() ? 0 : MAP)
                | (set.timeouts() ? HAS_TIMEOUT : 0)
                | (set.isConcatenation() ? CONCAT : 0);
    }

    private static int type(List<Type> types) {
        int number = 0;
        for (Type type : types) {
            number = number << TYPE_BITS | type.number();
        }
        return number;
    }

    /** A message about elements; those to be removed need their keys alone. */
    static Request elements(
            String verb, int message, int flags, Table table, NamedSet set, List<Element> elements, boolean whole) {
        Request request = Messages.of(verb, message, flags, table, set.name()).attribute(ELEMENTS_SET, set.name());
        return request.nested(ELEMENTS, () -> {
            for (Element element : elements) {
                check(set, element, whole);
                element(request, set, element, whole);
            }
        });
    }

    private static void element(Request request, NamedSet set, Element element, boolean whole) {
        Data last = element.last() == null ? element.key() : element.last();
        request.nested(Expr.LIST_ELEM, () -> {
            data(request, ELEM_KEY, element.key());
            if (set.intervals() && set.isConcatenation()) {
                data(request, ELEM_KEY_END, last);
            }
            if (whole) {
                rest(request, element);
            }
        });
        if (set.intervals() && !set.isConcatenation()) {
            // where the next begins; after the last value of all nothing does
            Data end = last.next();
            if (end != null) {
                request.nested(Expr.LIST_ELEM, () -> {
                    data(request, ELEM_KEY, end);
                    request.attributeBig(ELEM_FLAGS, INTERVAL_END);
                });
            }
        }
    }

    private static void rest(Request request, Element element) {
        if (element.value() != null) {
            data(request, ELEM_DATA, element.value());
        }
        if (element.timeout() != null) {
            request.attributeBig(ELEM_TIMEOUT, element.timeout().toMillis());
        }
        if (!element.comment().isEmpty()) {
            request.attribute(ELEM_USERDATA, UserData.comment(element.comment()));
        }
    }

    private static void data(Request request, int attribute, Value value) {
        request.nested(attribute, () -> value.write(request));
    }

    /** The kernel would take a key that is too short as one that ends in zeros. */
    private static void check(NamedSet set, Element element, boolean whole) {
        fits(set, "key", element.key(), set.keyBytes());
        if (element.last() != null) {
            if (!set.intervals()) {
                throw new IllegalArgumentException("set " + set.name() + " has no ranges, make it with intervals");
            }
            fits(set, "last key", element.last(), set.keyBytes());
        }
        if (!whole) {
            return;
        }
        if (set.hasVerdicts() != element.value() instanceof Verdict
                || set.data().isEmpty() != (element.value() == null)) {
            throw new IllegalArgumentException(
                    "set %s is from %s to %s and cannot have %s".formatted(set.name(), set.key(), set.data(), element));
        }
        if (element.value() instanceof Data data) {
            fits(set, "value", data, set.dataBytes());
        }
    }

    private static void fits(NamedSet set, String what, @Nullable Data data, int bytes) {
        if (data == null || data.length() != bytes) {
            throw new IllegalArgumentException(
                    "a %s of set %s has %d bytes: %s does not fit".formatted(what, set.name(), bytes, data));
        }
    }
}
