package ondol.linux.nftables;

import java.util.List;

/**
 * What is asked of packets, and what is done with those that meet it all ({@code man 8 nft}, "Rules").
 *
 * @param statements from left to right
 * @param comment up to 127 bytes, which the kernel keeps and {@code nft} shows; may be empty
 */
public record Rule(List<Statement> statements, String comment) {
    public Rule {
        statements = List.copyOf(statements);
    }

    public static Rule of(Statement... statements) {
        return new Rule(List.of(statements), "");
    }

    /** The same with a comment. */
    public Rule commented(String text) {
        return new Rule(statements, text);
    }
}
