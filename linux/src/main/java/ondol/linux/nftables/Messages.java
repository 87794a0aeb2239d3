package ondol.linux.nftables;

import ondol.linux.netlink.Request;

/** The messages of nf_tables, by number, and how each begins ({@code enum nf_tables_msg_types}). */
final class Messages {
    static final int NEWTABLE = 0;
    static final int GETTABLE = 1;
    static final int DELTABLE = 2;
    static final int NEWCHAIN = 3;
    static final int GETCHAIN = 4;
    static final int DELCHAIN = 5;
    static final int NEWRULE = 6;
    static final int GETRULE = 7;
    static final int DELRULE = 8;
    static final int NEWSET = 9;
    static final int GETSET = 10;
    static final int DELSET = 11;
    static final int NEWSETELEM = 12;
    static final int GETSETELEM = 13;
    static final int DELSETELEM = 14;
    static final int NEWGEN = 15;

    /** The attribute that names the table, in messages about whatever is in one; of one about a table, its name. */
    static final int TABLE = 1;

    /** {@code struct nfgenmsg}. */
    static final int BODY = 4;

    static final int NLM_F_REPLACE = 0x100;
    static final int NLM_F_CREATE = 0x400;
    static final int NLM_F_APPEND = 0x800;

    private static final int NFNL_SUBSYS_NFTABLES = 10;
    private static final int NFNL_MSG_BATCH_BEGIN = 16;
    private static final int NFNL_MSG_BATCH_END = 17;

    private Messages() {}

    /** A message about all tables of all families. */
    static Request all(String verb, int message) {
        return body(new Request(verb, "all", NFNL_SUBSYS_NFTABLES << 8 | message, 0), 0, 0);
    }

    /**
     * A message about something in a table.
     *
     * @param what beside the table's name, for error sentences; may be empty
     */
    static Request of(String verb, int message, int flags, Table table, String what) {
        String shown = what.isEmpty() ? table.toString() : table + " " + what;
        Request request = new Request(verb, shown, NFNL_SUBSYS_NFTABLES << 8 | message, flags);
        return body(request, table.family().number(), 0).attribute(TABLE, table.name());
    }

    /** Whether a message that came is one of nf_tables, and which; -1 for others. */
    static int which(int type) {
        return type >> 8 == NFNL_SUBSYS_NFTABLES ? type & 0xff : -1;
    }

    static Request begin() {
        return body(new Request("transaction", "nf_tables", NFNL_MSG_BATCH_BEGIN, 0), 0, NFNL_SUBSYS_NFTABLES);
    }

    static Request end() {
        return body(new Request("transaction", "nf_tables", NFNL_MSG_BATCH_END, 0), 0, NFNL_SUBSYS_NFTABLES);
    }

    /** {@code struct nfgenmsg}: family, version, and a number in network order. */
    private static Request body(Request request, int family, int resource) {
        return request.u8(family).u8(0).u8(resource >> 8).u8(resource);
    }
}
