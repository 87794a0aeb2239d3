package ondol.linux.nftables;

import ondol.linux.netlink.Request;

/** What a map has for a key: bytes, or a verdict. */
public sealed interface Value permits Data, Verdict {
    /** Writes it as data ({@code enum nft_data_attributes}). */
    void write(Request request);
}
