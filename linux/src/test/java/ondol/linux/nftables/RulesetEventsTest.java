package ondol.linux.nftables;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import ondol.linux.Descriptor;
import ondol.linux.TestNamespaces;
import org.junit.jupiter.api.Test;

class RulesetEventsTest {
    private static final Duration SHORT = Duration.ofMillis(50);
    private static final Duration LONG = Duration.ofSeconds(10);

    @Test
    void changesAreHeardByTable() throws Exception {
        TestNamespaces.assumeAllowed();
        try (Descriptor namespace = TestNamespaces.make();
                Descriptor other = TestNamespaces.make()) {
            NftablesTest.assumeFilter(namespace);
            Table one = Table.inet("one");
            Table two = Table.ip("two");
            try (RulesetEvents events = RulesetEvents.inNamespace(namespace.number());
                    Nftables nftables = Nftables.inNamespace(namespace.number());
                    Nftables elsewhere = Nftables.inNamespace(other.number())) {
                assertThat(events.await(SHORT)).isFalse();
                assertThat(events.read().tables()).isEmpty();
                elsewhere.apply(new Transaction().addTable(one));
                assertThat(events.await(SHORT)).isFalse();
                nftables.apply(new Transaction().addTable(one).addTable(two).addChain(one, Chain.regular("chain")));
                assertThat(events.await(LONG)).isTrue();
                assertThat(events.read().tables()).containsExactlyInAnyOrder(one, two);
                nftables.apply(new Transaction().addRule(one, "chain", Verdict.ACCEPT));
                assertThat(events.await(LONG)).isTrue();
                RulesetEvents.Changes changes = events.read();
                assertThat(changes.tables()).containsExactly(one);
                assertThat(changes.lost()).isFalse();
                NamedSet set = NamedSet.of("set", Type.MARK);
                nftables.apply(new Transaction().addSet(two, set).addElements(two, set, Element.of(Data.number(1))));
                assertThat(events.await(LONG)).isTrue();
                assertThat(events.read().tables()).containsExactly(two);
            }
        }
    }
}
