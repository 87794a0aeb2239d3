package ondol.linux.nftables;

/** The attributes of expressions, by number ({@code linux/netfilter/nf_tables.h}, {@code NFTA_*}). */
final class Expr {
    static final int LIST_ELEM = 1;
    static final int NAME = 1;
    static final int DATA = 2;

    static final int DATA_VALUE = 1;
    static final int DATA_VERDICT = 2;

    static final int IMMEDIATE_DREG = 1;
    static final int IMMEDIATE_DATA = 2;

    static final int BITWISE_SREG = 1;
    static final int BITWISE_DREG = 2;
    static final int BITWISE_LEN = 3;
    static final int BITWISE_MASK = 4;
    static final int BITWISE_XOR = 5;

    static final int CMP_SREG = 1;
    static final int CMP_OP = 2;
    static final int CMP_DATA = 3;
    static final int CMP_EQ = 0;
    static final int CMP_NEQ = 1;

    static final int RANGE_SREG = 1;
    static final int RANGE_OP = 2;
    static final int RANGE_FROM = 3;
    static final int RANGE_TO = 4;

    static final int LOOKUP_SET = 1;
    static final int LOOKUP_SREG = 2;
    static final int LOOKUP_DREG = 3;
    static final int LOOKUP_FLAGS = 5;
    static final int LOOKUP_INVERTED = 1;

    static final int DYNSET_SET = 1;

    /** Of {@code match} and {@code target}. */
    static final int EXTENSION_NAME = 1;

    static final int PAYLOAD_DREG = 1;
    static final int PAYLOAD_BASE = 2;
    static final int PAYLOAD_OFFSET = 3;
    static final int PAYLOAD_LEN = 4;
    static final int PAYLOAD_SREG = 5;
    static final int PAYLOAD_CSUM_TYPE = 6;
    static final int PAYLOAD_CSUM_OFFSET = 7;
    static final int PAYLOAD_CSUM_INET = 1;
    static final int PAYLOAD_NETWORK = 1;
    static final int PAYLOAD_TRANSPORT = 2;

    static final int META_DREG = 1;
    static final int META_KEY = 2;
    static final int META_SREG = 3;
    static final int META_MARK = 3;
    static final int META_IIFNAME = 6;
    static final int META_OIFNAME = 7;
    static final int META_NFPROTO = 15;
    static final int META_L4PROTO = 16;

    static final int CT_DREG = 1;
    static final int CT_KEY = 2;
    static final int CT_DIRECTION = 3;
    static final int CT_SREG = 4;
    static final int CT_KEY_STATE = 0;
    static final int CT_KEY_DIRECTION = 1;
    static final int CT_KEY_STATUS = 2;
    static final int CT_KEY_MARK = 3;
    static final int CT_KEY_PROTO_SRC = 11;
    static final int CT_KEY_PROTO_DST = 12;
    static final int CT_KEY_DST_IP = 20;

    static final int FIB_DREG = 1;
    static final int FIB_RESULT = 2;
    static final int FIB_FLAGS = 3;
    static final int FIB_ADDRTYPE = 3;
    static final int FIB_DADDR = 2;

    static final int COUNTER_BYTES = 1;
    static final int COUNTER_PACKETS = 2;

    static final int LIMIT_RATE = 1;
    static final int LIMIT_UNIT = 2;
    static final int LIMIT_BURST = 3;
    static final int LIMIT_TYPE = 4;
    static final int LIMIT_FLAGS = 5;

    static final int REJECT_TYPE = 1;
    static final int REJECT_CODE = 2;

    static final int NAT_TYPE = 1;
    static final int NAT_FAMILY = 2;
    static final int NAT_ADDR_MIN = 3;
    static final int NAT_ADDR_MAX = 4;
    static final int NAT_PROTO_MIN = 5;
    static final int NAT_PROTO_MAX = 6;
    static final int NAT_SNAT = 0;
    static final int NAT_DNAT = 1;

    static final int MASQ_FLAGS = 1;
    static final int REDIR_PROTO_MIN = 1;

    private Expr() {}
}
