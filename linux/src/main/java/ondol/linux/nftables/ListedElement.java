package ondol.linux.nftables;

import java.util.Optional;
import ondol.linux.netlink.Reply.Attributes;

/** An element of a set as the kernel shows it, whoever made it and whatever its types are. */
public record ListedElement(Attributes attributes) {
    /** What a map to verdicts has for it. */
    public Optional<Verdict> verdict() {
        Attributes data = attributes.nested(SetMessages.ELEM_DATA);
        return data.has(Expr.DATA_VERDICT) ? Optional.of(Verdict.of(data.nested(Expr.DATA_VERDICT))) : Optional.empty();
    }

    boolean isEnd() {
        return (attributes.big32(SetMessages.ELEM_FLAGS, 0) & SetMessages.INTERVAL_END) != 0;
    }

    /** Empty for the element that stands for all other keys. */
    byte[] key() {
        byte[] key = attributes.nested(SetMessages.ELEM_KEY).bytes(Expr.DATA_VALUE);
        return key == null ? new byte[0] : key;
    }
}
