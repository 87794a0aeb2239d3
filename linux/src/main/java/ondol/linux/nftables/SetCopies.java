package ondol.linux.nftables;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import ondol.linux.netlink.Reply.Attributes;
import ondol.linux.netlink.Request;

/** Sets of others' tables as messages that make the same in a table of ours. */
final class SetCopies {
    private static final int POLICY = 8;
    private static final int GC_INTERVAL = 12;
    private static final int EXPRESSION = 17;
    private static final int EXPRESSIONS = 18;

    /** What a set is, but for its name, its flags, and the numbers that it has there. */
    private static final Set<Integer> OF_SETS = Set.of(
            SetMessages.KEY_TYPE,
            SetMessages.KEY_LEN,
            SetMessages.DATA_TYPE,
            SetMessages.DATA_LEN,
            POLICY,
            SetMessages.DESC,
            SetMessages.TIMEOUT,
            GC_INTERVAL,
            SetMessages.USERDATA,
            EXPRESSION,
            EXPRESSIONS);

    private static final Set<Integer> OF_ELEMENTS = Set.of(
            SetMessages.ELEM_KEY,
            SetMessages.ELEM_KEY_END,
            SetMessages.ELEM_DATA,
            SetMessages.ELEM_FLAGS,
            SetMessages.ELEM_TIMEOUT,
            SetMessages.ELEM_EXPIRATION,
            SetMessages.ELEM_USERDATA);

    private static final Set<Integer> NESTED_OF_SETS = Set.of(SetMessages.DESC, EXPRESSION, EXPRESSIONS);
    private static final Set<Integer> NESTED_OF_ELEMENTS =
            Set.of(SetMessages.ELEM_KEY, SetMessages.ELEM_KEY_END, SetMessages.ELEM_DATA);

    /** By keys; of one key, first where an interval ends, then where the next begins. */
    static final Comparator<ListedElement> IN_ORDER =
            Comparator.comparing(ListedElement::key, Arrays::compareUnsigned).thenComparing(one -> !one.isEnd());

    private SetCopies() {}

    static Request add(Table table, ListedSet set, int id) {
        Attributes there = set.attributes();
        int flags = there.big32(SetMessages.FLAGS, 0) & ~(SetMessages.ANONYMOUS | SetMessages.CONSTANT);
        Request request = Messages.of("newset", Messages.NEWSET, Messages.NLM_F_CREATE, table, set.name())
                .attribute(SetMessages.NAME, set.name())
                .attributeBig(SetMessages.FLAGS, flags)
                .attributeBig(SetMessages.ID, id);
        copy(request, there, OF_SETS, NESTED_OF_SETS);
        return request;
    }

    static Request elements(Table table, ListedSet set, List<ListedElement> elements) {
        Request request = Messages.of("newsetelem", Messages.NEWSETELEM, Messages.NLM_F_CREATE, table, set.name())
                .attribute(SetMessages.ELEMENTS_SET, set.name());
        return request.nested(SetMessages.ELEMENTS, () -> {
            for (ListedElement element : elements) {
                request.nested(
                        Expr.LIST_ELEM, () -> copy(request, element.attributes(), OF_ELEMENTS, NESTED_OF_ELEMENTS));
            }
        });
    }

    private static void copy(Request request, Attributes from, Set<Integer> types, Set<Integer> nested) {
        for (int type : from.byType().keySet()) {
            if (types.contains(type)) {
                byte[] payload = Objects.requireNonNull(from.bytes(type));
                if (nested.contains(type)) {
                    request.nested(type, payload);
                } else {
                    request.attribute(type, payload);
                }
            }
        }
    }
}
